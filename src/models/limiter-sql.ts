import type { Pool } from "pg";
import { z } from "zod";
import type { LimiterState, ModelLimits } from "#src/models/limiter";
import { PRIORITIES, type Priority } from "#src/models/model-call";

/** A call that waits or runs. The id is ours: naming it again is the same call. */
export type Wanted = { readonly id: string; readonly priority: Priority; readonly calls: number };

/** A member's word: it is here, and these are all its calls. Of several words only one with a higher `turn` is heard. */
export type Word = {
  readonly member: string;
  /** Whether it may have to be written down first. */
  readonly join: boolean;
  readonly turn: number;
  readonly leaseMs: number;
  readonly limits: ModelLimits;
  readonly wanted: readonly Wanted[];
};

export type Answer = {
  /** The database's clock when it decided (epoch milliseconds). */
  readonly now: number;
  /** In how many milliseconds to look again if nothing is heard; null when nothing waits. */
  readonly lookInMs: number | null;
  /** Which calls hold a place, and in how many milliseconds from `now` each may start (zero or less: at once). */
  readonly held: ReadonlyMap<string, number>;
};

/** The rows of migration 0005, where the rules stand. Each call is one short statement; waiting needs no connection. */
export interface LimitRows {
  /** Null to who is no member (any more): it holds nothing. */
  turn(word: Word): Promise<Answer | null>;
  leave(member: string): Promise<void>;
  state(own: ModelLimits): Promise<LimiterState>;
}

const answerSchema = z
  .object({ now: z.number(), lookInMs: z.number().nullable(), held: z.record(z.string(), z.number()) })
  .transform(({ held, ...rest }) => ({ ...rest, held: new Map(Object.entries(held)) }))
  .nullable();

const countSchema = z.array(z.object({ priority: z.enum(PRIORITIES), waiting: z.number() }));
const configuredSchema = z.array(
  z.object({ maxInFlight: z.number(), perSecond: z.number(), workers: z.number().int(), processes: z.number().int() }),
);

/** Members whose lease is out are still written down when nobody has looked since; they count for nothing. */
const STATE = `
  WITH clock AS (SELECT clock_timestamp() AS now),
    member AS (SELECT m.* FROM golive.model_limit_member m, clock WHERE m.lease_until > clock.now),
    request AS (SELECT r.* FROM golive.model_limit_request r JOIN member m ON m.id = r.member),
    force AS (SELECT coalesce(min(max_in_flight), $1::integer) AS max_in_flight,
                     coalesce(min(per_second), $2::double precision) AS per_second FROM member)
  SELECT f.max_in_flight, f.per_second,
    (SELECT count(*)::integer FROM request WHERE start_at IS NOT NULL) AS in_flight,
    (SELECT coalesce(jsonb_agg(w), '[]') FROM
      (SELECT priority, count(*) AS waiting FROM request WHERE start_at IS NULL GROUP BY priority) w) AS waiting,
    (SELECT coalesce(jsonb_agg(c), '[]') FROM
      (SELECT max_in_flight AS "maxInFlight", per_second AS "perSecond", workers, count(*) AS processes FROM member
       GROUP BY 1, 2, 3 ORDER BY 1, 2, 3) c) AS configured,
    extract(epoch FROM greatest(clock.now, l.started_at + make_interval(secs => l.started_calls / f.per_second)))::float8
      * 1000 AS next_at,
    extract(epoch FROM clock.now)::float8 * 1000 AS now
  FROM force f, clock, golive.model_limit l`;

type StateRow = {
  max_in_flight: number;
  per_second: number;
  in_flight: number;
  waiting: unknown;
  configured: unknown;
  next_at: number;
  now: number;
};

/** `timeoutMs`: for one answer. A member has to hear several times within its lease. */
export function createLimitRows(pool: Pool, timeoutMs: number): LimitRows {
  // pg reads `query_timeout` of a single query too; its types don't know.
  const timed = (text: string, values: unknown[]) => ({ text, values, query_timeout: timeoutMs });
  return {
    async turn({ member, join, turn, leaseMs, limits, wanted }) {
      const { rows } = await pool.query<{ answer: unknown }>(
        timed("SELECT golive.model_limit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS answer", [
          member,
          join,
          turn,
          leaseMs,
          limits.maxInFlight,
          limits.perSecond,
          limits.workers,
          wanted.map(({ id }) => id),
          wanted.map(({ priority }) => priority),
          wanted.map(({ calls }) => calls),
        ]),
      );
      return answerSchema.parse(rows[0]?.answer ?? null);
    },

    async leave(member) {
      await pool.query(timed("SELECT golive.model_limit_leave($1)", [member]));
    },

    async state(own) {
      const { rows } = await pool.query<StateRow>(STATE, [own.maxInFlight, own.perSecond]);
      const row = rows[0];
      if (row === undefined) throw new Error("golive.model_limit has lost its row");
      const counts = new Map(countSchema.parse(row.waiting).map(({ priority, waiting }) => [priority, waiting]));
      const waitingOf = (priority: Priority) => counts.get(priority) ?? 0;
      return {
        maxInFlight: row.max_in_flight,
        perSecond: row.per_second,
        inFlight: row.in_flight,
        waiting: {
          "rollback-smoke": waitingOf("rollback-smoke"),
          "canary-probe": waitingOf("canary-probe"),
          "go-live": waitingOf("go-live"),
          nightly: waitingOf("nightly"),
          weekly: waitingOf("weekly"),
        },
        nextAt: row.next_at,
        now: row.now,
        configured: configuredSchema.parse(row.configured),
      };
    },
  };
}
