import { setImmediate as nextTurn } from "node:timers/promises";
import { checkObservation, type Refusal } from "#src/canary/check-observation";
import { bucketEnd, bucketOf, LATENESS_MS } from "#src/canary/clock";
import type { Arm } from "#src/canary/observation";
import { isProbeTrace } from "#src/canary/probe-trace";
import { isFields, keptBody } from "#src/observations/kept-body";

/** One thing that came: read, or why it couldn't be. `place`: the line, span or row that it was, from 1. */
export type Entry = { readonly place: number } & ({ readonly value: unknown } | { readonly refusal: Refusal });

/** An observation on its way into the table. `at`: milliseconds since 1970. */
export type ObservationRow = {
  readonly service: string;
  readonly at: number;
  readonly arm: Arm;
  readonly traceId: string;
  readonly body: string;
};

export type Problem = Refusal & { readonly place: number };
export type Prepared = { readonly rows: readonly ObservationRow[]; readonly problems: readonly Problem[] };

/** What came of a batch. `late` are of the accepted: their bucket was due to be closed, so that a canary counts and never bets them. */
export type Tally = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly late: number;
};

/** `now`: domain time. `lateAfterMs`: what is older is refused. `probes`: they are Golive's own; nobody else may bring a probe's trace. */
export type Bounds = { readonly now: number; readonly lateAfterMs: number; readonly probes?: boolean };

/** Clocks differ. No further than a bucket stays open: believed, it would close buckets before their time. */
const MOST_AHEAD_MS = LATENESS_MS;
/** Checked without a break: about a millisecond or two, so that clicks are answered in between. */
const AT_ONCE = 500;

/** Checks what came, in order. Good ones become rows whatever the others are; each other one is told by its place. */
export async function prepareRows(service: string, entries: Iterable<Entry>, bounds: Bounds): Promise<Prepared> {
  const rows: ObservationRow[] = [];
  const problems: Problem[] = [];
  let count = 0;
  for (const entry of entries) {
    if (++count % AT_ONCE === 0) await nextTurn();
    const made = "refusal" in entry ? entry.refusal : toRow(service, entry.value, bounds);
    if ("body" in made) rows.push(made);
    else problems.push({ place: entry.place, ...made });
  }
  return { rows, problems };
}

function toRow(
  service: string,
  value: unknown,
  { now, lateAfterMs, probes = false }: Bounds,
): ObservationRow | Refusal {
  const checked = checkObservation(value);
  if (!checked.ok) return checked.refusal;
  const { at, arm, traceId } = checked.observation;
  // What is judged must not answer for its judge: a probe that comes second would be a duplicate.
  if (isProbeTrace(traceId) !== probes) {
    return { kind: "value", sentence: "trace_id begins with probe/, which only Golive's own probes do" };
  }
  if (at > now + MOST_AHEAD_MS) return { kind: "time", sentence: "at is in the future, by more than two minutes" };
  if (at < now - lateAfterMs) {
    return { kind: "time", sentence: `at is more than ${lateAfterMs / 3_600_000} hours ago: too late to be taken` };
  }
  const kept = keptBody(isFields(value) ? value : {});
  return "refusal" in kept ? kept.refusal : { service, at, arm, traceId, body: kept.body };
}

/** `fresh`: the rows that were not there before. */
export function tallyOf({ rows, problems }: Prepared, fresh: readonly ObservationRow[], now: number): Tally {
  return {
    accepted: fresh.length,
    duplicate: rows.length - fresh.length,
    refused: problems.length,
    late: fresh.filter(({ at }) => bucketEnd(bucketOf(at)) + LATENESS_MS <= now).length,
  };
}
