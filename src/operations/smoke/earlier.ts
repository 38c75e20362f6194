import type { Json } from "#src/operations/operation";
import type { EarlierRun, SmokeResult } from "#src/operations/smoke/suites";
import type { Recorded } from "#src/release/events";
import type { Instant } from "#src/release/policy";

/** A smoke run that ended, as the agenda has it. */
export type EndedSmoke = { readonly operation: string; readonly number: number; readonly at: Instant };

/** The newest smoke run of a service's agenda that ended, and the newest that passed; null: there is none. */
export function endedSmokes(agenda: readonly Recorded[]): {
  readonly last: EndedSmoke | null;
  readonly green: EndedSmoke | null;
} {
  const numbers = new Map<string, number>();
  let last: EndedSmoke | null = null;
  let green: EndedSmoke | null = null;
  for (const { event, at } of agenda) {
    if (event.type === "operation-opened") numbers.set(event.operation, event.number);
    if (event.type !== "operation-closed" || event.kind !== "smoke") continue;
    last = { operation: event.operation, number: numbers.get(event.operation) ?? 0, at };
    if (event.verdict === "pass") green = last;
  }
  return { last, green };
}

/** What an operation finished with; null: it has not. */
export function resultIn(operation: readonly Recorded[]): { readonly [key: string]: Json } | null {
  const finished = operation.findLast(({ event }) => event.type === "operation-finished")?.event;
  return finished?.type === "operation-finished" ? finished.result : null;
}

/** A run whose result this version can't read is as good as none: nothing is compared with it. */
export const toEarlier = (ended: EndedSmoke, result: SmokeResult | null): EarlierRun | null =>
  result === null ? null : { ...ended, suites: result.suites };
