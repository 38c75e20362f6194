import type { Journal } from "#src/journal/journal";
import { agendaStream, operationStream } from "#src/operations/events";
import type { OperationFinding, OperationRunner } from "#src/operations/operation";
import { type EndedSmoke, endedSmokes, greenSuites, resultIn, toEarlier } from "#src/operations/smoke/earlier";
import { type EarlierRun, type EarlierSmokes, type SmokeResult, SUITES, verdictOf } from "#src/operations/smoke/suites";
import { smokeSummary } from "#src/operations/smoke/words";
import { readSmokeResult, smokeJson } from "#src/operations/smoke/work/read-result";

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
  const { newest, green } = endedSmokes(await journal.load(agendaStream(service)));
  const read = async (ended: EndedSmoke): Promise<EarlierRun | null> =>
    toEarlier(ended, readSmokeResult(resultIn(await journal.load(operationStream(ended.operation)))));
  const [last, ...others] = newest;
  const before = last === undefined ? null : await read(last);
  const whole = green === null ? null : green.operation === last?.operation ? before : await read(green);
  const runs = before === null ? [] : [before];
  // Newest first, and no more than it takes: most nights the run before is enough.
  for (const ended of others) {
    if (SUITES.every((id) => greenSuites(runs)[id] !== undefined)) break;
    const run = ended.operation === green?.operation ? whole : await read(ended);
    if (run !== null) runs.push(run);
  }
  return { green: whole, last: before, suites: greenSuites(whole === null ? runs : [...runs, whole]) };
}
