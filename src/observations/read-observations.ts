import { z } from "zod";
import { checkObservation } from "#src/canary/check-observation";
import type { Observation } from "#src/canary/observation";
import type { Queryable } from "#src/manifest/manifest-records";
import { microsecondsOf } from "#src/observations/store-observations";

/** What is read. Times in milliseconds since 1970. */
export type Span = {
  readonly service: string;
  /** From this instant on; null: from the first. */
  readonly since: number | null;
  /** Before this instant; null: to the last. */
  readonly until: number | null;
  /** Only what was committed after `arrivalMark` gave this: who came late for what was read then. Null: all. */
  readonly arrivedAfter?: string | null;
};

/** A stored observation, as the canary takes it and as the line that `golive canary replay` reads. */
export type StoredObservation = { readonly observation: Observation; readonly line: string };

const PAGE = 2_000;

const rowSchema = z.object({ at: z.string(), trace: z.string(), body: z.string() });
type Row = z.infer<typeof rowSchema>;

// The text carries the microseconds, which a Date would drop.
const SQL = `
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, trace_id AS trace, body
    FROM golive.observation
   WHERE service = $1 AND at >= $2::timestamptz AND at < $3::timestamptz
     AND ($4::text IS NULL OR at > $2::timestamptz OR trace_id COLLATE "C" > $4)
     AND ($5::text IS NULL OR NOT pg_visible_in_snapshot(tx, $5::pg_snapshot))
   ORDER BY at, trace_id COLLATE "C" LIMIT ${PAGE}`;

/**
 * Stored observations of one service in the order of (`at`, `trace_id`), a page of 2,000 in memory at a time. What is stored while it reads is
 * seen where it lies ahead; whoever must see one moment gives a client in a REPEATABLE READ transaction.
 */
export async function* readObservations(database: Queryable, span: Span): AsyncGenerator<StoredObservation> {
  let since = span.since === null ? "-infinity" : microsecondsOf(span.since);
  const until = span.until === null ? "infinity" : microsecondsOf(span.until);
  for (let after: string | null = null; ; ) {
    const page: Row[] = await readPage(database, [span.service, since, until, after, span.arrivedAfter ?? null]);
    for (const { body } of page) yield { observation: observationOf(body), line: body };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    since = last.at;
    after = last.trace;
  }
}

async function readPage(database: Queryable, values: unknown[]): Promise<Row[]> {
  return (await database.query(SQL, values)).rows.map((row) => rowSchema.parse(row));
}

/** This moment in the order of commits, for `arrivedAfter`. Taken in the transaction that reads, it leaves out nothing and repeats nothing. */
export async function arrivalMark(database: Queryable): Promise<string> {
  const { rows } = await database.query("SELECT pg_current_snapshot()::text AS mark");
  return z.tuple([z.object({ mark: z.string() })]).parse(rows)[0].mark;
}

function observationOf(body: string): Observation {
  const checked = checkObservation(JSON.parse(body));
  if (checked.ok) return checked.observation;
  // Only what was checked is stored: the check has become stricter, or somebody with the owner's rights wrote here.
  throw new Error(`a stored observation can't be used any more: ${checked.refusal.sentence}`);
}
