import { ARMS, type Arm } from "#src/canary/observation";
import type { PlannedProbe } from "#src/canary/probes/probe-order";
import { type GoldQuestion, goldCaseSchema } from "#src/evaluation/run/case-record";
import type { Queryable } from "#src/manifest/manifest-records";
import type { ObservationRow } from "#src/observations/prepare-rows";
import { storeObservations } from "#src/observations/store-observations";

/** A pool of `pg`, as far as it is needed here. */
export interface ProbePool extends Queryable {
  connect(): Promise<Queryable & { release(destroy?: boolean): void }>;
}

/** A question that this process has taken, and nobody else asks meanwhile. */
export type Claim = {
  readonly canary: string;
  readonly place: number;
  readonly holder: string;
  readonly question: string;
  readonly gold: GoldQuestion;
  readonly firstArm: Arm;
  /** How often one arm alone could not be reached. */
  readonly tries: number;
};

/** How long a question stays with a process that isn't heard of. Real time: what it guards against is a process that died. */
export const LEASE_MS = 60_000;

/** `gapMs`: between two questions at least. */
type Pace = { readonly gapMs: number; readonly due: number };

/** Which questions of a canary were asked. Every method throws what the driver throws. */
export interface ProbeLedger {
  /** How many questions are there; 0: none yet; null: none, and a try is not due, because the last one failed a moment ago. */
  planned(canary: string): Promise<number | null>;
  /** Keeps the questions in their order. Of two processes the first one's stay. */
  plan(canary: string, goldSha256: string, probes: readonly PlannedProbe[]): Promise<void>;
  /**
   * The next of the first `due` questions; null: none is due, none is left, or others have them all. Times in milliseconds of the domain
   * clock.
   */
  claim(canary: string, holder: string, now: number, pace: Pace): Promise<Claim | null>;
  /** False: it is somebody else's by now. */
  renew(claim: Claim): Promise<boolean>;
  /** Both answers, and that the question is done: together or not at all. Null: it was somebody else's; nothing was stored. */
  finish(claim: Claim, rows: readonly ObservationRow[], at: number): Promise<readonly ObservationRow[] | null>;
  /** The question is to be asked again, `tries` higher by so many. */
  putBack(claim: Claim, tries: number): Promise<void>;
  /** Why nothing goes on, and for how long (real time) nothing is tried. */
  wait(canary: string, says: string, ms: number): Promise<void>;
}

type Row = { place: number; question: string; gold: string; first_arm: string; tries: number };

/** The ledger in golive.canary_probing and golive.canary_probe. */
export function createProbeLedger(pool: ProbePool): ProbeLedger {
  const mine = ({ canary, place, holder }: Claim): unknown[] => [canary, place, holder];
  return {
    async planned(canary) {
      await pool.query("INSERT INTO golive.canary_probing (canary) VALUES ($1) ON CONFLICT (canary) DO NOTHING", [
        canary,
      ]);
      const { rows } = await pool.query<{ planned: number; due: boolean }>(
        `SELECT (SELECT count(*)::int FROM golive.canary_probe p WHERE p.canary = g.canary) AS planned,
                wait_until <= clock_timestamp() AS due
           FROM golive.canary_probing g WHERE canary = $1`,
        [canary],
      );
      const { planned = 0, due = false } = rows[0] ?? {};
      return planned > 0 || due ? planned : null;
    },
    async plan(canary, goldSha256, probes) {
      // One statement, so that nobody sees a plan without its questions. Whoever comes second waits, and finds it made.
      await pool.query(
        `WITH first AS (
           UPDATE golive.canary_probing SET gold_sha256 = $2, trouble = NULL
            WHERE canary = $1 AND gold_sha256 IS NULL RETURNING canary
         )
         INSERT INTO golive.canary_probe (canary, place, question, gold, first_arm)
         SELECT first.canary, p.place - 1, p.question, p.gold, p.first_arm
           FROM first, unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS p (question, gold, first_arm, place)`,
        [
          canary,
          goldSha256,
          probes.map(({ question }) => question),
          probes.map(({ gold }) => JSON.stringify(gold)),
          probes.map(({ firstArm }) => firstArm),
        ],
      );
    },
    async claim(canary, holder, now, { gapMs, due }) {
      // The pace is that of all processes together. It neither drifts nor makes up for a time in which nothing was asked.
      const { rows } = await pool.query<Row>(
        `WITH due AS (
           SELECT canary FROM golive.canary_probing
            WHERE canary = $1 AND next_at <= to_timestamp($3::float8 / 1000) AND wait_until <= clock_timestamp()
              FOR UPDATE SKIP LOCKED
         ), next AS (
           SELECT p.canary, p.place FROM golive.canary_probe p JOIN due USING (canary)
            WHERE p.place < $6 AND p.done_at IS NULL AND (p.lease_until IS NULL OR p.lease_until <= clock_timestamp())
            ORDER BY p.place LIMIT 1 FOR UPDATE OF p SKIP LOCKED
         ), paced AS (
           UPDATE golive.canary_probing g
              SET next_at = make_interval(secs => $4::float8 / 1000)
                  + CASE WHEN g.next_at > to_timestamp(($3::float8 - $4::float8) / 1000) THEN g.next_at
                         ELSE to_timestamp($3::float8 / 1000) END
             FROM next WHERE g.canary = next.canary
         )
         UPDATE golive.canary_probe p
            SET holder = $2, lease_until = clock_timestamp() + make_interval(secs => $5::float8 / 1000)
           FROM next WHERE p.canary = next.canary AND p.place = next.place
         RETURNING p.place, p.question, p.gold, p.first_arm, p.tries`,
        [canary, holder, now, gapMs, LEASE_MS, due],
      );
      const [row] = rows;
      return row === undefined ? null : toClaim(canary, holder, row);
    },
    async renew(claim) {
      const { rows } = await pool.query(
        `UPDATE golive.canary_probe SET lease_until = clock_timestamp() + make_interval(secs => $4::float8 / 1000)
          WHERE canary = $1 AND place = $2 AND holder = $3 RETURNING place`,
        [...mine(claim), LEASE_MS],
      );
      return rows.length > 0;
    },
    async finish(claim, rows, at) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const { rows: held } = await client.query(
          `UPDATE golive.canary_probe SET done_at = to_timestamp($4::float8 / 1000), holder = NULL, lease_until = NULL
            WHERE canary = $1 AND place = $2 AND holder = $3 RETURNING place`,
          [...mine(claim), at],
        );
        if (held.length === 0) {
          await client.query("ROLLBACK");
          client.release();
          return null;
        }
        const fresh = await storeObservations(client, rows);
        await client.query(
          "UPDATE golive.canary_probing SET trouble = NULL WHERE canary = $1 AND trouble IS NOT NULL",
          [claim.canary],
        );
        await client.query("COMMIT");
        client.release();
        return fresh;
      } catch (error) {
        // A connection that failed in it is not used again: the server undoes what it left.
        client.release(true);
        throw error;
      }
    },
    async putBack(claim, tries) {
      await pool.query(
        `UPDATE golive.canary_probe SET holder = NULL, lease_until = NULL, tries = tries + $4
          WHERE canary = $1 AND place = $2 AND holder = $3`,
        [...mine(claim), tries],
      );
    },
    async wait(canary, says, ms) {
      await pool.query(
        `UPDATE golive.canary_probing
            SET trouble = $2, wait_until = clock_timestamp() + make_interval(secs => $3::float8 / 1000) WHERE canary = $1`,
        [canary, says, ms],
      );
    },
  };
}

function toClaim(canary: string, holder: string, { place, question, gold, first_arm, tries }: Row): Claim {
  const firstArm = ARMS.find((arm) => arm === first_arm);
  if (firstArm === undefined) throw new Error(`golive.canary_probe names an arm ${first_arm}`);
  return { canary, place, holder, question, gold: goldCaseSchema.parse(JSON.parse(gold)), firstArm, tries };
}
