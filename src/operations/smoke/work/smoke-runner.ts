import type { Journal } from "#src/journal/journal";
import { agendaStream, operationStream } from "#src/operations/events";
import type { OperationFinding, OperationRunner } from "#src/operations/operation";
import { type EndedSmoke, endedSmokes, resultIn, toEarlier } from "#src/operations/smoke/earlier";
import { type EarlierRun, type SmokeResult, verdictOf } from "#src/operations/smoke/suites";
import { smokeSummary } from "#src/operations/smoke/words";
import { readSmokeResult, smokeJson } from "#src/operations/smoke/work/read-result";

/** What a run is compared with: the last that passed, and the one before it. */
export type EarlierSmokes = { readonly green: EarlierRun | null; readonly last: EarlierRun | null };

/** Runs every suite of a service. Throws when `signal` is aborted. */
export type Smoke = (service: string, earlier: EarlierSmokes, signal: AbortSignal) => Promise<SmokeResult>;

/**
 * The operation of kind `smoke`. It may be run again after a crash: what it wrote into the store was never committed, and an evaluation
 * that had begun is gone on with.
 */
export function createSmokeRunner(deps: {
  readonly journal: Pick<Journal, "load">;
  readonly smoke: Smoke;
}): OperationRunner {
  return async ({ service }, signal) =>
    toFinding(await deps.smoke(service, await earlierSmokes(deps.journal, service), signal));
}

export const toFinding = (result: SmokeResult): OperationFinding => ({
  verdict: verdictOf(result),
  summary: smokeSummary(result),
  result: smokeJson(result),
});

export async function earlierSmokes(journal: Pick<Journal, "load">, service: string): Promise<EarlierSmokes> {
  const { last, green } = endedSmokes(await journal.load(agendaStream(service)));
  const read = async (ended: EndedSmoke | null): Promise<EarlierRun | null> => {
    if (ended === null) return null;
    return toEarlier(ended, readSmokeResult(resultIn(await journal.load(operationStream(ended.operation)))));
  };
  const before = await read(green);
  return { green: before, last: last?.operation === green?.operation ? before : await read(last) };
}
