import { createDueLoop } from "#src/slack/due-loop";
import { createMessageRows } from "#src/slack/message-rows";
import { type Brush, PAINTER_TIMING, type PainterOptions, paintAll } from "#src/slack/paint";
import { createSlackBudget } from "#src/slack/slack-budget";

export interface Painter {
  start(): void;
  nudge(): void;
  /** Paints everything that is due now, or within so many milliseconds; for shutdown and tests. */
  paintDue(withinMs?: number): Promise<void>;
  stop(): Promise<void>;
  /** Somebody deleted a message: if it is one of ours it is posted again. True when it was. */
  messageDeleted(channel: string, ts: string): Promise<boolean>;
  /** The service's channel is back: forget the back-off. */
  channelBack(service: string): Promise<void>;
}

/** Keeps one Slack message per subject up to date: posted once, then updated, never twice for one wish. */
export function createPainter(options: PainterOptions): Painter {
  const { pool, now, log, holder } = options;
  const timing = { ...PAINTER_TIMING, ...options.timing };
  const rows = createMessageRows(pool, now, holder);
  const brush: Brush = { ...options, timing, rows, budget: createSlackBudget(pool, now) };
  const loop = createDueLoop({ name: "painter", pass: () => paintAll(brush), now, pollMs: timing.pollMs, log });

  return {
    start: loop.start,
    nudge: loop.nudge,
    paintDue: loop.drain,
    stop: loop.stop,
    async messageDeleted(channel, ts) {
      const subject = await rows.forgetPosted(channel, ts);
      if (subject === null) return false;
      log.info({ subject, channel }, "a message was deleted; posting it again");
      loop.nudge();
      return true;
    },
    async channelBack(service) {
      await rows.retryNow(service);
      loop.nudge();
    },
  };
}
