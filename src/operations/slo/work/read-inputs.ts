import type { Queryable } from "#src/manifest/manifest-records";
import { SLOT_HOURS, SLOT_MS } from "#src/operations/slo/burn";
import { sumOf } from "#src/operations/slo/figures";
import type { Finding, SloInputs, TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import { windowAt } from "#src/operations/slo/read-slos";
import { askedIn, promptAuditFinding } from "#src/operations/slo/work/findings";
import { sumEvaluations } from "#src/operations/slo/work/fold-evaluations";
import { type KeptFigures, readFigures } from "#src/operations/slo/work/kept-figures";
import { pairOrigin, readQuestions, traceOrigin } from "#src/operations/slo/work/kept-questions";
import type { Pair } from "#src/release/events";

/** What isn't read from the tables of SLOs. */
export type Looked = {
  readonly live: Pair | null;
  readonly deploys: { readonly all: number; readonly without: number };
  readonly devSet: Finding;
  readonly fewShotLeakage: Finding;
  readonly auditTrail: Finding;
};

/** Everything that a service's SLOs are computed from, as it is stored now. */
export async function readInputs(
  database: Queryable,
  service: string,
  policy: SloPolicy,
  looked: Looked,
  now: number,
): Promise<SloInputs> {
  const { from, before } = windowAt(now, policy.windowDays);
  const { live, deploys, ...findings } = looked;
  const origins = [...policy.arms.map(traceOrigin), ...(live === null ? [] : [pairOrigin(live.run, live.config)])];
  const slotsFrom = Math.floor(now / SLOT_MS) * SLOT_MS - SLOT_HOURS * 3_600_000;
  const [hours, slots, questions, sums] = await Promise.all([
    readFigures(database, service, 60, before, policy.arms),
    readFigures(database, service, 5, slotsFrom, policy.arms),
    readQuestions(database, service, origins, from),
    sumEvaluations(database, service, from, now),
  ]);
  return {
    hours: together(hours),
    slots: together(slots),
    questions,
    evaluations: askedIn(sums),
    promptAudit: promptAuditFinding(sums, deploys),
    ...findings,
  };
}

/** The arms' sums of one time as one: how busy an hour was is said by both. */
function together(kept: readonly KeptFigures[]): readonly TimedFigures[] {
  const times = Map.groupBy(kept, ({ at, path }) => `${at}/${path}`);
  return [...times.values()].flatMap((same): TimedFigures[] => {
    const [first] = same;
    if (first === undefined) return [];
    const figures = same.length === 1 ? first.figures : sumOf(same.map((each) => each.figures));
    return [{ from: first.at, path: first.path, figures }];
  });
}
