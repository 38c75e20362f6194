import type { Json } from "#src/operations/operation";
import { callsPeople } from "#src/operations/smoke/call-people";
import { type EarlierRun, type EarlierSmokes, type SmokeResult, SUITES } from "#src/operations/smoke/suites";
import type { Recorded } from "#src/release/events";
import type { Instant } from "#src/release/policy";

/** A smoke run that ended, as the agenda has it. */
export type EndedSmoke = { readonly operation: string; readonly number: number; readonly at: Instant };

/** So many runs are read back for what passed in them: a fortnight of nights. */
const MOST_READ = 14;

/** The newest smoke runs of a service's agenda that ended, the last first, and the newest that passed; null: there is none. */
export function endedSmokes(agenda: readonly Recorded[]): {
  readonly newest: readonly EndedSmoke[];
  readonly green: EndedSmoke | null;
} {
  const numbers = new Map<string, number>();
  const ended: EndedSmoke[] = [];
  let green: EndedSmoke | null = null;
  for (const { event, at } of agenda) {
    if (event.type === "operation-opened") numbers.set(event.operation, event.number);
    if (event.type !== "operation-closed" || event.kind !== "smoke") continue;
    const run = { operation: event.operation, number: numbers.get(event.operation) ?? 0, at };
    ended.push(run);
    if (event.verdict === "pass") green = run;
  }
  return { newest: ended.slice(-MOST_READ).reverse(), green };
}

/**
 * Of each suite the newest of these runs in which it passed: a check of another suite that nobody mends must not end the comparison. A run
 * that was stopped says nothing of any.
 */
export function greenSuites(newestFirst: readonly EarlierRun[]): EarlierSmokes["suites"] {
  const passedIn = (id: (typeof SUITES)[number]) =>
    newestFirst.find(
      ({ stopped, suites }) => !stopped && suites.some((suite) => suite.id === id && suite.verdict === "pass"),
    );
  return Object.fromEntries(
    SUITES.flatMap((id) => {
      const run = passedIn(id);
      return run === undefined ? [] : [[id, run]];
    }),
  );
}

/** What an operation finished with; null: it has not. */
export function resultIn(operation: readonly Recorded[]): { readonly [key: string]: Json } | null {
  const finished = operation.findLast(({ event }) => event.type === "operation-finished")?.event;
  return finished?.type === "operation-finished" ? finished.result : null;
}

/** A run whose result this version can't read is as good as none: nothing is compared with it. */
export const toEarlier = (ended: EndedSmoke, result: SmokeResult | null): EarlierRun | null =>
  result === null
    ? null
    : {
        ...ended,
        stopped: result.stopped !== null,
        suites: result.suites,
        called: callsPeople(result, ended.at) ? { operation: ended.operation, at: ended.at } : result.compared.called,
      };
