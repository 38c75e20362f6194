import type { Pool } from "pg";
import { doubtSince, LEASE_MS, ownLeases, writeLease } from "#src/slack/lease";

/** A row of `golive.slack_message`, held by us. */
export type LeasedMessage = {
  readonly subject: string;
  readonly service: string;
  readonly channel: string | null;
  readonly ts: string | null;
  /** What painting now satisfies; a later wish makes `wanted` larger and the row due again. */
  readonly wanted: string;
  readonly failures: number;
  /** A post without an answer may exist since then (epoch ms). Null: certainly not. */
  readonly doubtSince: number | null;
  readonly leaseBy: string;
  readonly leaseUntil: number;
};

type Row = {
  subject: string;
  service: string;
  channel: string | null;
  ts: string | null;
  wanted: string;
  failures: number;
  lease_by: string | null;
};

/** How a row is given back. `doubt`: a post may have left; whoever is next must look first. */
export type GiveBack = {
  readonly doubt: boolean;
  readonly notBefore: number;
  readonly failures: number;
  readonly error: string | null;
  readonly clearTs?: boolean;
};

/** Every statement that changes a held row names the holder in its WHERE: a late one changes nothing. */
export interface MessageRows {
  lease(): Promise<LeasedMessage | null>;
  /** False when the lease was lost: then the row is wanted once more, because something else may show now. */
  painted(row: LeasedMessage, at: { channel: string; ts: string } | null, notBefore: number): Promise<boolean>;
  giveBack(row: LeasedMessage, how: GiveBack): Promise<void>;
  /** A post whose answer was lost has been found. */
  found(row: LeasedMessage, at: { channel: string; ts: string }): Promise<void>;
  /** When the next row falls due (epoch ms). */
  nextDue(): Promise<number | null>;
  /** The message is gone from Slack: post it again. Answers with the subject, or null if it is none of ours. */
  forgetPosted(channel: string, ts: string): Promise<string | null>;
  /** Forgets back-off for a service whose channel is reachable again. */
  retryNow(service: string): Promise<void>;
}

/**
 * A message that is gone took its thread along: with the wish to post it again goes a note that tells the new thread the story
 * so far. `gone` is a relation of subject, service and the `ts` that was.
 */
const TELL_AGAIN = `INSERT INTO golive.outbox (key, service, target, note)
  SELECT subject || '/posted-again/' || ts, service, jsonb_build_object('kind', 'thread', 'subject', subject),
         jsonb_build_object('kind', 'posted-again', 'release', subject)
    FROM gone ON CONFLICT (key) DO NOTHING`;

export function createMessageRows(pool: Pool, now: () => number, holder: string): MessageRows {
  return {
    async lease() {
      const at = now();
      const client = await pool.connect();
      let failed = false;
      try {
        await client.query("BEGIN");
        const { rows } = await client.query<Row>(
          `SELECT subject, service, channel, ts, wanted, failures, lease_by FROM golive.slack_message
           WHERE wanted > painted AND (lease_until IS NULL OR lease_until <= $1 OR (ts IS NOT NULL AND starts_with(lease_by, $2))) AND (not_before IS NULL OR not_before <= $1)
           ORDER BY not_before NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED`,
          [new Date(at), ownLeases(holder)],
        );
        const row = rows[0];
        if (row === undefined) {
          await client.query("ROLLBACK");
          return null;
        }
        const doubt = row.ts === null ? doubtSince(row.lease_by) : null;
        const leaseBy = writeLease({ holder, since: doubt ?? at });
        const leaseUntil = at + LEASE_MS;
        await client.query("UPDATE golive.slack_message SET lease_by = $2, lease_until = $3 WHERE subject = $1", [
          row.subject,
          leaseBy,
          new Date(leaseUntil),
        ]);
        await client.query("COMMIT");
        const { subject, service, channel, ts, wanted, failures } = row;
        return { subject, service, channel, ts, wanted, failures, doubtSince: doubt, leaseBy, leaseUntil };
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        // Closing it rolls back; one that fell silent would make whoever gets it next wait.
        client.release(failed);
      }
    },

    async painted(row, at, notBefore) {
      const done = await pool.query(
        `UPDATE golive.slack_message SET painted = greatest(painted, $3), channel = coalesce($4, channel), ts = coalesce($5, ts),
           lease_by = NULL, lease_until = NULL, not_before = $6, failures = 0, last_error = NULL
         WHERE subject = $1 AND lease_by = $2`,
        [row.subject, row.leaseBy, row.wanted, at?.channel ?? null, at?.ts ?? null, new Date(notBefore)],
      );
      if (done.rowCount === 1) return true;
      await pool.query("UPDATE golive.slack_message SET wanted = wanted + 1 WHERE subject = $1", [row.subject]);
      return false;
    },

    async giveBack(row, how) {
      await pool.query(
        `WITH given AS (
           UPDATE golive.slack_message SET lease_by = CASE WHEN $3 THEN lease_by END, lease_until = NULL, not_before = $4,
             failures = $5, last_error = $6, ts = CASE WHEN $7 THEN NULL ELSE ts END
           WHERE subject = $1 AND lease_by = $2 RETURNING subject, service
         ), gone AS (SELECT subject, service, $8::text AS ts FROM given WHERE $7 AND $8::text IS NOT NULL)
         ${TELL_AGAIN}`,
        [
          row.subject,
          row.leaseBy,
          how.doubt,
          new Date(how.notBefore),
          how.failures,
          how.error,
          how.clearTs === true,
          row.ts,
        ],
      );
    },

    async found(row, at) {
      await pool.query(
        "UPDATE golive.slack_message SET channel = $3, ts = $4 WHERE subject = $1 AND lease_by = $2 AND ts IS NULL",
        [row.subject, row.leaseBy, at.channel, at.ts],
      );
    },

    async nextDue() {
      const { rows } = await pool.query<{ at: Date | null }>(
        `SELECT min(greatest(coalesce(not_before, '-infinity'), coalesce(lease_until, '-infinity'), to_timestamp(0))) AS at
         FROM golive.slack_message WHERE wanted > painted`,
      );
      return rows[0]?.at?.getTime() ?? null;
    },

    async forgetPosted(channel, ts) {
      const { rows } = await pool.query<{ subject: string }>(
        `WITH gone AS (
           UPDATE golive.slack_message SET ts = NULL, wanted = wanted + 1, not_before = NULL, lease_by = NULL, lease_until = NULL
           WHERE channel = $1 AND ts = $2 RETURNING subject, service, $2::text AS ts
         ), told AS (${TELL_AGAIN})
         SELECT subject FROM gone`,
        [channel, ts],
      );
      return rows[0]?.subject ?? null;
    },

    async retryNow(service) {
      await pool.query(
        "UPDATE golive.slack_message SET not_before = NULL, failures = 0, wanted = wanted + 1 WHERE service = $1 AND wanted > painted",
        [service],
      );
    },
  };
}
