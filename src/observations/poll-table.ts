import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import type { IntakeCounts } from "#src/observations/intake-counts";
import { type Entry, type Problem, prepareRows, tallyOf } from "#src/observations/prepare-rows";
import { storeObservations } from "#src/observations/store-observations";
import { quoteIdentifier } from "#src/rag/quote";
import type { RagStore } from "#src/rag/store";

/** What is read, and how far apart. */
export type Poll = {
  readonly query: string;
  readonly cursor: string;
  readonly start: string;
  readonly every_s: number;
};

/** What one look came to. `more`: the page was full, so that the next look need not wait. */
export type Polled =
  | { readonly state: "not-due" | "elsewhere" }
  | { readonly state: "read"; readonly rows: number; readonly more: boolean; readonly problems: readonly Problem[] };

/** Rows of one look. */
const MOST_ROWS = 2_000;
/** Below the time after which Golive's database ends a silent transaction. */
const QUERY_MS = 10_000;
/** Rows that `trouble` names. */
const MOST_NAMED = 5;

const rowSchema = z.object({ line: z.string(), cursor: z.string().nullable() });
const heldSchema = z.object({ same: z.boolean(), cursor: z.string(), due: z.boolean() });

export type PollDeps = {
  readonly pool: Pool;
  readonly service: string;
  readonly store: Pick<RagStore, "transaction">;
  readonly poll: Poll;
  /** Domain time. */
  readonly now: () => number;
  readonly lateAfterMs: number;
  readonly counts: IntakeCounts;
};

/**
 * Reads on in the user's trace table. One replica at a time holds the service's row, over the query and what comes of it; the observations and
 * the cursor are committed together, so that each row is taken exactly once whoever dies when. Rejects when the query can't run (the reason is
 * kept in `trouble`), or Golive's own database is gone.
 */
export async function pollOnce(deps: PollDeps, signal: AbortSignal): Promise<Polled> {
  const { pool, service, poll } = deps;
  // Whoever holds the row is not waited for.
  await pool.query(
    "INSERT INTO golive.observation_poll (service, query_sha256, cursor) VALUES ($1, $2, $3) ON CONFLICT (service) DO NOTHING",
    [service, digestOf(poll), poll.start],
  );
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const done = await readOn(client, deps, signal);
    await client.query("COMMIT");
    return done;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    const trouble = error instanceof Error ? error.message : String(error);
    await pool
      .query("UPDATE golive.observation_poll SET trouble = $2, polled_at = clock_timestamp() WHERE service = $1", [
        service,
        trouble.slice(0, 1_000),
      ])
      .catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function readOn(client: PoolClient, deps: PollDeps, signal: AbortSignal): Promise<Polled> {
  const { service, poll, store, counts } = deps;
  const held = await client.query(
    `SELECT query_sha256 = $3 AS same, cursor, polled_at + make_interval(secs => $2) <= clock_timestamp() AS due
       FROM golive.observation_poll WHERE service = $1 FOR UPDATE SKIP LOCKED`,
    [service, poll.every_s, digestOf(poll)],
  );
  if (held.rows[0] === undefined) return { state: "elsewhere" };
  const { same, due, ...kept } = heldSchema.parse(held.rows[0]);
  if (!due && same) return { state: "not-due" };
  // Another query's cursor says nothing. To begin anew repeats nothing: every trace is stored once.
  const cursor = same ? kept.cursor : poll.start;

  const limit = AbortSignal.any([signal, AbortSignal.timeout(QUERY_MS)]);
  const rows = await store.transaction("read", (query) => query(pageSql(poll), [cursor]), limit);
  const read = rows.map((row) => rowSchema.parse(row));
  const next = read.at(-1)?.cursor ?? cursor;
  const more = read.length === MOST_ROWS;
  if (more && next === cursor) {
    throw new Error(
      `the query's first ${MOST_ROWS} rows end at the cursor that it was given (${cursor}), so that it can't be read on: let it ` +
        "return rows behind the cursor, in its order",
    );
  }
  const at = deps.now();
  const bounds = { now: at, lateAfterMs: deps.lateAfterMs };
  const prepared = await prepareRows(service, entriesOf(read), bounds);
  const problems = prepared.problems.map((problem) => named(problem, read));
  const tally = tallyOf(prepared, await storeObservations(client, prepared.rows), at);
  await client.query(
    `UPDATE golive.observation_poll SET cursor = $2, query_sha256 = $8, accepted = accepted + $3, duplicate = duplicate + $4, refused = refused + $5,
            trouble = $6, polled_at = CASE WHEN $7 THEN 'epoch' ELSE clock_timestamp() END WHERE service = $1`,
    [service, next, tally.accepted, tally.duplicate, tally.refused, troubleOf(problems), more, digestOf(poll)],
  );
  counts.add(service, "poll", tally);
  return { state: "read", rows: read.length, more, problems };
}

const digestOf = ({ cursor, query }: Poll): string => createHash("sha256").update(`${cursor}\n${query}`).digest("hex");

/** A row is found again by its cursor, not by its place in a page. */
function named(problem: Problem, read: readonly z.infer<typeof rowSchema>[]): Problem {
  const cursor = read[problem.place - 1]?.cursor ?? "null";
  return { ...problem, sentence: `row at ${cursor.slice(0, 100)}: ${problem.sentence}` };
}

/** Postgres writes the rows as JSON itself: numbers keep their digits, times their microseconds. The line break ends a comment. */
function pageSql({ query, cursor }: Poll): string {
  return `SELECT to_json(row)::text AS line, row.${quoteIdentifier(cursor)}::text AS cursor FROM (${query}\n) AS row LIMIT ${MOST_ROWS}`;
}

function* entriesOf(rows: readonly z.infer<typeof rowSchema>[]): Generator<Entry> {
  for (const [index, { line, cursor }] of rows.entries()) {
    const place = index + 1;
    const value: unknown = JSON.parse(line);
    if (cursor === null) yield { place, refusal: { kind: "shape", sentence: "the cursor's column is null" } };
    else yield { place, value };
  }
}

function troubleOf(problems: readonly Problem[]): string | null {
  if (problems.length === 0) return null;
  const said = problems.slice(0, MOST_NAMED).map(({ sentence }) => sentence);
  const rest = problems.length - said.length;
  return `${problems.length} rows refused: ${said.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}
