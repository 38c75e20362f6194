import type { CanaryState } from "#src/canary/canary-state";
import { dataHours } from "#src/canary/clock";
import { doubtsOf, isCompared } from "#src/canary/doubts";
import { ungradedProblem } from "#src/canary/graded-share";
import type { CanaryPolicy } from "#src/canary/kpi";
import { type KpiReport, reportKpis } from "#src/canary/kpi-report";
import { SCORES } from "#src/canary/observation";

export type CanaryVerdict = "pass" | "rollback" | "inconclusive" | "ask";

export type Alarm = { readonly kpi: string; readonly at: number };

/** What a canary comes to. */
export type CanaryReport = {
  readonly verdict: CanaryVerdict;
  readonly kpis: readonly KpiReport[];
  /** In the order of time, ties in that of the policy. */
  readonly alarms: readonly Alarm[];
  /** Hours in which both arms had data. */
  readonly hours: number;
  /** KPIs that were shown to be good enough, and those that were only not shown to be bad. */
  readonly proven: readonly string[];
  readonly unrefuted: readonly string[];
  /** Why it is no pass, a sentence each. Empty for a pass. */
  readonly reasons: readonly string[];
};

export type Circumstances = {
  /**
   * `concurrent`: the baseline answered at the same time. `frozen`: it is a file from before, which drifts; a breach then asks a person
   * instead of acting.
   */
  readonly control: "concurrent" | "frozen";
  /** False: one look at two files, of which no clock is asked. */
  readonly timed: boolean;
  /** Whatever else stands against a pass: input that had to be refused, for instance. */
  readonly doubts: readonly string[];
};

/**
 * The verdict at the end of the window, or of a recording. A breach comes first: of a KPI with `rollback` it means rollback, with `ask`
 * ask. Then what is missing: hours, grades, proofs; any of it is inconclusive, and people decide. Pass is never what is left over.
 */
export function judgeCanary(policy: CanaryPolicy, state: CanaryState, circumstances: Circumstances): CanaryReport {
  const kpis = reportKpis(policy, state);
  const breached = kpis.filter(({ standing }) => standing === "breach");
  const reasons = [
    ...breached.map(({ id }) => `${id} is proven worse than its threshold`),
    ...missingHours(policy, state, circumstances),
    ...missingGrades(state),
    ...doubtsOf(state),
    ...circumstances.doubts,
    ...kpis.filter((each) => !each.satisfied && each.standing !== "breach").map(unsatisfied),
  ];
  return {
    verdict: verdictOf(breached, circumstances, reasons),
    kpis,
    alarms: breached
      .flatMap(({ id, firstAlarmAt }) => (firstAlarmAt === null ? [] : [{ kpi: id, at: firstAlarmAt }]))
      .sort((a, b) => a.at - b.at),
    hours: dataHours(state.clock),
    proven: kpis.filter(({ standing }) => standing === "healthy").map(({ id }) => id),
    unrefuted: kpis.filter(({ standing, satisfied }) => satisfied && standing !== "healthy").map(({ id }) => id),
    reasons,
  };
}

function verdictOf(
  breached: readonly KpiReport[],
  { control }: Circumstances,
  reasons: readonly string[],
): CanaryVerdict {
  const causes = new Set(breached.map(({ kpi }) => kpi.onBreach));
  if (causes.has("rollback")) return control === "frozen" ? "ask" : "rollback";
  if (causes.has("ask")) return "ask";
  return reasons.length === 0 ? "pass" : "inconclusive";
}

function missingHours({ durationHours }: CanaryPolicy, { clock }: CanaryState, { timed }: Circumstances): string[] {
  const hours = dataHours(clock);
  if (!timed || hours >= durationHours) return [];
  return [`both arms had data in ${hours} hours of the ${durationHours} that are asked for`];
}

function missingGrades({ graded }: CanaryState): string[] {
  return SCORES.flatMap((score) => {
    const of = graded[score];
    return of === undefined ? [] : (ungradedProblem(of, score) ?? []);
  });
}

function unsatisfied({ id, n, kpi, detectable }: KpiReport): string {
  if (n === 0) return `nothing is known of ${id}`;
  if (kpi.kind === "zero") return `${id} is not known to be zero`;
  if (kpi.atEnd === "proven") return `${id} is not proven good enough`;
  if (isCompared(kpi) && detectable !== null && detectable <= kpi.detect) {
    return `${id} is not refuted, but only beside a baseline that fails`;
  }
  const seen = detectable === null ? "nothing" : `only a change of ${Number(detectable.toPrecision(2))}`;
  return `${id} is not refuted, but ${seen} would have been seen, and it has to be ${kpi.detect}`;
}
