import type { Pool } from "pg";
import { z } from "zod";
import type { NotedFile } from "#src/release/notes";
import { doubtSince, LEASE_MS, writeLease } from "#src/slack/lease";

const targetSchema = z.union([
  z.object({ kind: z.literal("thread"), subject: z.string() }),
  z.object({ kind: z.literal("person"), user: z.string() }),
  z.object({ kind: z.literal("channel"), channel: z.string() }),
]);
const noteSchema = z.looseObject({ kind: z.string() });

/** A note as it lies in the row: data, worded only when it is sent. */
export type StoredNote = {
  readonly note: z.infer<typeof noteSchema>;
  readonly service: string;
  readonly to: "thread" | "person" | "channel";
};

/** A row of `golive.outbox`, held by us. */
export type LeasedPost = {
  readonly key: string;
  readonly target:
    | { readonly kind: "thread"; readonly subject: string; readonly channel: string; readonly ts: string }
    | { readonly kind: "person"; readonly user: string }
    | { readonly kind: "channel"; readonly channel: string };
  readonly service: string;
  readonly note: StoredNote["note"];
  readonly attempts: number;
  /** It may have been sent since then, without an answer (epoch ms). Null: certainly not. */
  readonly doubtSince: number | null;
  readonly leaseBy: string;
  readonly leaseUntil: number;
};

export type PostGiveBack = { readonly doubt: boolean; readonly notBefore: number; readonly error: string | null };

/** A note for the same place. `key` is deterministic: one that is there already is not written again. */
export type Told = { readonly key: string; readonly note: StoredNote["note"] };

/** Every statement that changes a held row names the holder in its WHERE. */
export interface OutboxRows {
  /** The oldest post that can be sent: posts to one thread, person or channel go out in order, and a thread's wait for its message. */
  lease(): Promise<LeasedPost | null>;
  /** `ts` null: Slack did not say where it stands (a file). */
  sent(post: LeasedPost, at: { channel: string; ts: string | null }): Promise<void>;
  giveBack(post: LeasedPost, how: PostGiveBack): Promise<void>;
  /** It will never be sent; the row stays for people to see. */
  bury(post: LeasedPost, error: string): Promise<void>;
  /** The same, and the thread is told why: once, however often it happens. */
  buryTold(post: LeasedPost, error: string, told: Told): Promise<void>;
  nextDue(): Promise<number | null>;
}

/** Kinds of notes that are files: uploaded, not posted. */
export const FILE_KINDS = [
  "manifest-file",
  "evaluation-report",
  "incident-document",
] as const satisfies readonly NotedFile["kind"][];
const IS_FILE = (row: string): string =>
  `${row}.note->>'kind' IN (${FILE_KINDS.map((kind) => `'${kind}'`).join(", ")})`;

const OPEN = "state IN ('waiting', 'sending')";
const THREAD = "LEFT JOIN golive.slack_message m ON o.target->>'kind' = 'thread' AND m.subject = o.target->>'subject'";
// A file comes after what was said before it, and nothing waits for a file: a workspace may refuse files for good.
const FIRST_IN_LINE = `(o.target->>'kind' <> 'thread' OR m.ts IS NOT NULL) AND NOT EXISTS (
  SELECT 1 FROM golive.outbox e WHERE e.${OPEN} AND e.target = o.target AND (e.created_at, e.key) < (o.created_at, o.key)
    AND (NOT ${IS_FILE("e")} OR ${IS_FILE("o")}))`;

type Row = {
  key: string;
  service: string;
  target: unknown;
  note: unknown;
  attempts: number;
  state: string;
  lease_by: string | null;
  channel: string | null;
  ts: string | null;
};

export function createOutboxRows(pool: Pool, now: () => number, holder: string): OutboxRows {
  return {
    async lease() {
      const at = now();
      const client = await pool.connect();
      let failed = false;
      try {
        await client.query("BEGIN");
        const { rows } = await client.query<Row>(
          `SELECT o.key, o.service, o.target, o.note, o.attempts, o.state, o.lease_by, m.channel, m.ts FROM golive.outbox o ${THREAD}
           WHERE o.${OPEN} AND (o.lease_until IS NULL OR o.lease_until <= $1) AND (o.not_before IS NULL OR o.not_before <= $1)
             AND ${FIRST_IN_LINE}
           ORDER BY o.created_at, o.key LIMIT 1 FOR UPDATE OF o SKIP LOCKED`,
          [new Date(at)],
        );
        const row = rows[0];
        if (row === undefined) {
          await client.query("ROLLBACK");
          return null;
        }
        const doubt = row.state === "sending" ? doubtSince(row.lease_by) : null;
        const leaseBy = writeLease({ holder, since: doubt ?? at });
        const leaseUntil = at + LEASE_MS;
        await client.query(
          `UPDATE golive.outbox SET state = 'sending', attempts = attempts + 1, lease_by = $2, lease_until = $3 WHERE key = $1`,
          [row.key, leaseBy, new Date(leaseUntil)],
        );
        await client.query("COMMIT");
        return toPost(row, { doubtSince: doubt, leaseBy, leaseUntil });
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        // Closing it rolls back; one that fell silent would make whoever gets it next wait.
        client.release(failed);
      }
    },

    async sent(post, at) {
      await pool.query(
        `UPDATE golive.outbox SET state = 'sent', channel = $3, ts = $4, lease_by = NULL, lease_until = NULL, last_error = NULL
         WHERE key = $1 AND lease_by = $2`,
        [post.key, post.leaseBy, at.channel, at.ts],
      );
    },

    async giveBack(post, how) {
      await pool.query(
        `UPDATE golive.outbox SET state = CASE WHEN $3 THEN 'sending' ELSE 'waiting' END,
           lease_by = CASE WHEN $3 THEN lease_by END, lease_until = NULL, not_before = $4,
           attempts = attempts - CASE WHEN $5::text IS NULL THEN 1 ELSE 0 END, last_error = coalesce($5, last_error)
         WHERE key = $1 AND lease_by = $2`,
        [post.key, post.leaseBy, how.doubt, new Date(how.notBefore), how.error],
      );
    },

    async bury(post, error) {
      await pool.query(
        "UPDATE golive.outbox SET state = 'dead', lease_by = NULL, lease_until = NULL, last_error = $3 WHERE key = $1 AND lease_by = $2",
        [post.key, post.leaseBy, error],
      );
    },

    async buryTold(post, error, told) {
      await pool.query(
        `WITH buried AS (
           UPDATE golive.outbox SET state = 'dead', lease_by = NULL, lease_until = NULL, last_error = $3
           WHERE key = $1 AND lease_by = $2 RETURNING service, target)
         INSERT INTO golive.outbox (key, service, target, note) SELECT $4, service, target, $5 FROM buried
         ON CONFLICT (key) DO NOTHING`,
        [post.key, post.leaseBy, error, told.key, told.note],
      );
    },

    async nextDue() {
      const { rows } = await pool.query<{ at: Date | null }>(
        `SELECT min(greatest(coalesce(o.not_before, '-infinity'), coalesce(o.lease_until, '-infinity'), to_timestamp(0))) AS at
         FROM golive.outbox o ${THREAD} WHERE o.${OPEN} AND ${FIRST_IN_LINE}`,
      );
      return rows[0]?.at?.getTime() ?? null;
    },
  };
}

function toPost(row: Row, lease: Pick<LeasedPost, "doubtSince" | "leaseBy" | "leaseUntil">): LeasedPost {
  const target = targetSchema.parse(row.target);
  const { key, service, attempts } = row;
  const common = { key, service, note: noteSchema.parse(row.note), attempts, ...lease };
  if (target.kind !== "thread") return { ...common, target };
  return { ...common, target: { ...target, channel: row.channel ?? "", ts: row.ts ?? "" } };
}
