import type { KnownBlock } from "@slack/types";
import type { Pool } from "pg";
import type { Log } from "#src/log";
import { createDueLoop } from "#src/slack/due-loop";
import { createOutboxRows, type StoredNote } from "#src/slack/outbox-rows";
import { type Sender, sendAll } from "#src/slack/send-post";
import { createSlackBudget } from "#src/slack/slack-budget";
import type { OutgoingFile, SlackWeb } from "#src/slack/web";

type Words = { readonly text: string; readonly blocks: readonly KnownBlock[] };

export type OutboxOptions = {
  readonly pool: Pool;
  readonly web: Pick<SlackWeb, "post" | "findPosted" | "openDm" | "uploadFile" | "shareFile" | "findFile">;
  /** Our own user id: files in a thread are ours when it shared them. */
  readonly selfId: string;
  /** The words of a note, as of now. May throw: the row stays due. */
  readonly render: (stored: StoredNote) => Words | Promise<Words>;
  /** The same for a note that is a file. Null: there is nothing to attach. */
  readonly renderFile: (stored: StoredNote) => Promise<OutgoingFile | null>;
  /** Machine clock, epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** Unique among replicas. */
  readonly holder: string;
  /** The message whose thread a note belongs to is gone from Slack. */
  readonly onThreadGone: (channel: string, ts: string) => Promise<unknown>;
  readonly timing?: Partial<OutboxTiming>;
};

export type OutboxTiming = { readonly perPostMs: number; readonly settleMs: number; readonly pollMs: number };

const TIMING: OutboxTiming = { perPostMs: 1_000, settleMs: 5_000, pollMs: 2_000 };

export interface Outbox {
  start(): void;
  nudge(): void;
  /** Sends everything that is due now; for shutdown and tests. */
  sendDue(withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Sends one-shot posts (notes and files in threads, direct messages) once each, in order per thread and person. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { pool, now, log, holder } = options;
  const timing: OutboxTiming = { ...TIMING, ...options.timing };
  const rows = createOutboxRows(pool, now, holder);
  const sender: Sender = { ...options, timing, rows, budget: createSlackBudget(pool, now) };
  const loop = createDueLoop({ name: "outbox", pass: () => sendAll(sender), now, pollMs: timing.pollMs, log });
  return { start: loop.start, nudge: loop.nudge, sendDue: loop.drain, stop: loop.stop };
}
