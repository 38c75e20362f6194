import type { MessageMetadata } from "@slack/types";
import type { Pool } from "pg";
import type { Log } from "#src/log";
import type { MessageBlock } from "#src/slack/blocks/elements";
import { assertTimeToPost, backoffMs } from "#src/slack/lease";
import type { LeasedMessage, MessageRows } from "#src/slack/message-rows";
import type { SlackBudget } from "#src/slack/slack-budget";
import { SlackError, type SlackFailure } from "#src/slack/slack-error";
import type { SlackWeb } from "#src/slack/web";

/** A message as it should look now. */
export type Painting = {
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly MessageBlock[];
  /** The same message without blocks that not every Slack takes; null or absent: it has none such. */
  readonly fallback?: readonly MessageBlock[] | null;
  /** `event_type`, and the subject in `event_payload.subject`: by both an ambiguous post is found again. */
  readonly metadata: MessageMetadata;
};

export type ChannelLoss = "channel-archived" | "bot-removed";

export type Render = (subject: string, isFirst: boolean) => Promise<Painting | null>;

export type PainterOptions = {
  readonly pool: Pool;
  readonly web: Pick<SlackWeb, "post" | "update" | "findPosted">;
  /**
   * The newest state of a subject; null when there is nothing to show. May throw: the row stays due. `isFirst`: it was never posted, so
   * whom it mentions is notified; later paintings, and one that is posted again because somebody deleted it, mention nobody anew.
   */
  readonly render: Render;
  /** Machine clock, epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** The message can't be shown: pause the release and tell people. Called again while it lasts. */
  readonly onChannelLost: (subject: string, why: ChannelLoss) => Promise<void>;
  /** Unique among replicas. */
  readonly holder: string;
  readonly timing?: Partial<PainterTiming>;
};

export type PainterTiming = {
  /** Between two updates of one message. */
  readonly perMessageMs: number;
  /** Between two chat.update over all replicas: tier 3 allows about 50 a minute. */
  readonly perUpdateMs: number;
  /** Between two posts into one channel. */
  readonly perPostMs: number;
  /** After a lost answer: a post still under way must have arrived before anybody looks for it. */
  readonly settleMs: number;
  readonly lostChannelMs: number;
  readonly pollMs: number;
};

export const PAINTER_TIMING: PainterTiming = {
  perMessageMs: 1_200,
  perUpdateMs: 1_200,
  perPostMs: 1_000,
  settleMs: 5_000,
  lostChannelMs: 5 * 60_000,
  pollMs: 2_000,
};

/** Slack's clock and ours may differ by this much when history is searched. */
const SKEW_MS = 5 * 60_000;

/** What painting needs at hand. */
export type Brush = PainterOptions & {
  readonly timing: PainterTiming;
  readonly rows: MessageRows;
  readonly budget: SlackBudget;
};

/** Paints whatever is due; answers when the next row will be (epoch ms). */
export async function paintAll(brush: Brush): Promise<number | null> {
  for (let row = await brush.rows.lease(); row !== null; row = await brush.rows.lease()) {
    await paint(brush, row);
  }
  return brush.rows.nextDue();
}

async function paint(brush: Brush, row: LeasedMessage): Promise<void> {
  const { budget, timing, rows, now } = brush;
  const attempt: Attempt = { earlier: row.doubtSince !== null, sent: false };
  const channel = row.channel ?? "new";
  const slot = row.ts === null ? `post ${channel}` : "chat.update";
  try {
    const turn = await budget.take(slot, row.ts === null ? timing.perPostMs : timing.perUpdateMs);
    if (!turn.taken) {
      const { failures } = row;
      return await rows.giveBack(row, { doubt: attempt.earlier, notBefore: turn.at, failures, error: null });
    }
    const painting = await brush.render(row.subject, row.channel === null);
    const shown = painting === null ? null : await show(brush, row, painting, attempt);
    await rows.painted(row, shown, now() + timing.perMessageMs);
  } catch (error) {
    await giveUpForNow(brush, row, error, attempt, slot);
  }
}

/** `earlier`: a post of an earlier attempt may exist. `sent`: ours left; whatever was earlier is cleared up by then. */
type Attempt = { earlier: boolean; sent: boolean };

async function show(
  brush: Brush,
  row: LeasedMessage,
  painting: Painting,
  attempt: Attempt,
): Promise<{ channel: string; ts: string }> {
  let at = row.ts === null ? null : { channel: row.channel ?? painting.channel, ts: row.ts };
  if (at === null && row.doubtSince !== null) {
    const found = await brush.web.findPosted({
      channel: painting.channel,
      eventType: painting.metadata.event_type,
      field: "subject",
      value: row.subject,
      notBefore: row.doubtSince - SKEW_MS,
    });
    attempt.earlier = false;
    if (found !== null) {
      at = { channel: painting.channel, ts: found };
      // Written down before anything else can fail: it must not be forgotten again.
      await brush.rows.found(row, at);
    }
  }
  return withFallback(brush, row, painting, async (message) => {
    if (at !== null) {
      await brush.web.update({ ...message, channel: at.channel, ts: at.ts });
      return at;
    }
    assertTimeToPost(row.leaseUntil, brush.now());
    attempt.sent = true;
    const { ts } = await brush.web.post(message);
    return { channel: message.channel, ts };
  });
}

/**
 * Newer blocks that this Slack refuses give way to plain ones that say the same. Plain blocks that Slack refuses are a bug of
 * ours; people still get the sentence, and that it is all they get.
 */
async function withFallback<T>(
  brush: Brush,
  row: LeasedMessage,
  painting: Painting,
  send: (message: Painting) => Promise<T>,
): Promise<T> {
  const { fallback = null, text } = painting;
  const bare = `${text}\n_The full view could not be drawn here; the log says more._`;
  const others = [...(fallback === null ? [] : [{ text, blocks: fallback }]), { text: bare, blocks: [] }];
  let message: Pick<Painting, "text" | "blocks"> = painting;
  for (const next of others) {
    try {
      return await send({ ...painting, ...message });
    } catch (error) {
      if (!(error instanceof SlackError) || error.failure.kind !== "refused") throw error;
      const { subject } = row;
      if (next.blocks.length > 0)
        brush.log.info({ err: error, subject }, "Slack refuses a newer block; drawing it plainly");
      else brush.log.error({ err: error, subject }, "Slack refused a message's blocks");
      message = next;
    }
  }
  return send({ ...painting, ...message });
}

async function giveUpForNow(
  brush: Brush,
  row: LeasedMessage,
  error: unknown,
  attempt: Attempt,
  slot: string,
): Promise<void> {
  const { rows, budget, timing, now, log } = brush;
  const at = now();
  const failures = row.failures + 1;
  const failure = error instanceof SlackError ? error.failure : null;
  const doubt = attempt.earlier || (attempt.sent && mayHaveArrived(failure));
  const message = error instanceof Error ? error.message : String(error);
  const later = { doubt, notBefore: at + backoffMs(row.failures), failures, error: message };
  log.warn({ err: error, subject: row.subject, failures }, "a message could not be painted; trying again");

  switch (failure?.kind) {
    case "rate-limited": {
      const until = at + failure.retryAfterMs;
      await budget.holdUntil(slot, until);
      return rows.giveBack(row, { ...later, notBefore: until });
    }
    case "gone":
      return rows.giveBack(row, { ...later, notBefore: at, clearTs: true });
    case "unreachable-channel":
      await rows.giveBack(row, { ...later, notBefore: at + timing.lostChannelMs });
      return brush
        .onChannelLost(row.subject, failure.because)
        .catch((cause: unknown) => log.error({ err: cause, subject: row.subject }, "a lost channel was not reported"));
    default:
      return rows.giveBack(row, { ...later, notBefore: Math.max(later.notBefore, doubt ? at + timing.settleMs : 0) });
  }
}

/** Anything but Slack's own clear refusal, or a connection that never came about. */
function mayHaveArrived(failure: SlackFailure | null): boolean {
  return failure === null || failure.kind === "ambiguous";
}
