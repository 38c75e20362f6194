import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import type { Observation } from "#src/canary/observation";
import { isProbeTrace } from "#src/canary/probe-trace";
import { HOUR_MS, SLOT_MS } from "#src/operations/slo/burn";
import { addToKept, createAdditions } from "#src/operations/slo/work/kept-figures";
import { keepQuestions, pairOrigin, type QuestionScore, traceOrigin } from "#src/operations/slo/work/kept-questions";
import { type Cursor, newRows, PAGE } from "#src/operations/slo/work/new-rows";
import type { Pair } from "#src/release/events";

/** `elsewhere`: another copy of the bot is at it. `more`: it stopped before the end, so that others have their turn. */
export type RolledUp = { readonly state: "done" | "more" | "elsewhere"; readonly observations: number };

export type RollUpDeps = {
  readonly pool: Pick<Pool, "connect" | "query">;
  /** Domain time. */
  readonly now: () => number;
  /** The pairs that a canary asks; null: there is none of this id. */
  readonly pairsOf: (canary: string) => Promise<{ readonly baseline: Pair; readonly canary: Pair } | null>;
};

/** Pages of one call, each a transaction of its own. */
const MOST_PAGES = 40;
/** Sums of five minutes are kept of the last days alone: longer windows are cut by the hour. */
export const SLOTS_KEPT_MS = 2 * 24 * HOUR_MS;

const stateSchema = z.object({
  seen: z.string(),
  target: z.string().nullable(),
  tx: z.string().nullable(),
  at: z.string().nullable(),
  trace: z.string().nullable(),
});

/**
 * Adds every observation that was committed since the last time to the sums of its hour and of its five minutes, once, however late it comes.
 * A page's sums and the place where it ended are one transaction under the service's row lock: whoever is killed has added a page or
 * nothing of it, and whoever comes next goes on there.
 */
export async function rollUp(deps: RollUpDeps, service: string): Promise<RolledUp> {
  await deps.pool.query("INSERT INTO golive.slo_rollup (service) VALUES ($1) ON CONFLICT (service) DO NOTHING", [
    service,
  ]);
  let observations = 0;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await inTransaction(deps.pool, (client) => addPage(client, deps, service));
    if (page === null) return { state: "elsewhere", observations };
    observations += page.count;
    if (page.isLast) return { state: "done", observations };
  }
  return { state: "more", observations };
}

async function addPage(client: PoolClient, deps: RollUpDeps, service: string) {
  const { rows } = await client.query(
    `SELECT seen::text AS seen, target::text AS target, cursor_tx::text AS tx, cursor_trace AS trace,
            to_char(cursor_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
       FROM golive.slo_rollup WHERE service = $1 FOR UPDATE SKIP LOCKED`,
    [service],
  );
  if (rows[0] === undefined) return null;
  const state = stateSchema.parse(rows[0]);
  const target = state.target ?? (await presentSnapshot(client));
  const page = await newRows(client, service, { seen: state.seen, target }, cursorOf(state));
  await addAll(client, deps, service, page.observations);
  const count = page.observations.length + page.unreadable;
  const isLast = count < PAGE;
  await client.query(
    isLast
      ? `UPDATE golive.slo_rollup SET seen = $2::pg_snapshot, target = NULL, cursor_tx = NULL, cursor_at = NULL, cursor_trace = NULL,
           unreadable = unreadable + $3, rolled_at = to_timestamp($4::float8 / 1000) WHERE service = $1`
      : `UPDATE golive.slo_rollup SET target = $2::pg_snapshot, unreadable = unreadable + $3,
           cursor_tx = $4::xid8, cursor_at = $5::timestamptz, cursor_trace = $6 WHERE service = $1`,
    isLast
      ? [service, target, page.unreadable, deps.now()]
      : [service, target, page.unreadable, page.last?.tx, page.last?.at, page.last?.trace],
  );
  return { count, isLast };
}

const cursorOf = ({ tx, at, trace }: z.infer<typeof stateSchema>): Cursor | null =>
  tx === null || at === null || trace === null ? null : { tx, at, trace };

async function presentSnapshot(client: PoolClient): Promise<string> {
  const { rows } = await client.query("SELECT pg_current_snapshot()::text AS mark");
  return z.tuple([z.object({ mark: z.string() })]).parse(rows)[0].mark;
}

async function addAll(
  client: PoolClient,
  deps: RollUpDeps,
  service: string,
  observations: readonly Observation[],
): Promise<void> {
  const { additions, of } = createAdditions();
  const slotsFrom = deps.now() - SLOTS_KEPT_MS;
  const scores: QuestionScore[] = [];
  const originOf = createOrigins(deps);
  for (const observation of observations) {
    const { at, arm, traceId } = observation;
    const path = isProbeTrace(traceId) ? "probe" : "user";
    of({ minutes: 60, at: Math.floor(at / HOUR_MS) * HOUR_MS, arm, path }).observe(observation);
    if (at >= slotsFrom) of({ minutes: 5, at: Math.floor(at / SLOT_MS) * SLOT_MS, arm, path }).observe(observation);
    const origin = await originOf(observation);
    if (origin !== null) scores.push(...scoresOf(observation, origin));
  }
  await addToKept(client, service, additions);
  await keepQuestions(client, service, scores);
}

/** A probe asks one of a canary's pairs; users are answered by an arm. Null: a probe of a canary that nobody knows. */
function createOrigins({ pairsOf }: RollUpDeps): (observation: Observation) => Promise<string | null> {
  const known = new Map<string, Awaited<ReturnType<RollUpDeps["pairsOf"]>>>();
  return async ({ traceId, arm, scores }) => {
    if (!isProbeTrace(traceId)) return Object.keys(scores).length === 0 ? null : traceOrigin(arm);
    const canary = traceId.split("/")[1] ?? "";
    const pairs = known.has(canary) ? (known.get(canary) ?? null) : await pairsOf(canary);
    known.set(canary, pairs);
    return pairs === null ? null : pairOrigin(pairs[arm].run, pairs[arm].config);
  };
}

/**
 * Of a failed answer 0, where its question was one with gold: a probe's is. A score that the judge didn't give is none, and without a
 * question's id one question asked fifty times would be fifty: those are none either.
 */
function scoresOf({ traceId, queryId, at, failed, scores }: Observation, origin: string): readonly QuestionScore[] {
  if (queryId === null) return [];
  const isProbe = isProbeTrace(traceId);
  return (["oracle_prefilter", "reader_used_gold"] as const).flatMap((score): QuestionScore[] => {
    const value = failed && (isProbe || scores[score] !== undefined) ? 0 : (scores[score] ?? null);
    return value === null ? [] : [{ score, value, origin, question: queryId, at }];
  });
}

async function inTransaction<T>(pool: Pick<Pool, "connect">, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query("BEGIN");
    const done = await work(client);
    await client.query("COMMIT");
    return done;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
