import { evidenceOf } from "#src/canary/breach-evidence";
import { type CanaryState, newCanary } from "#src/canary/canary-state";
import { capOf, countIn, latch } from "#src/canary/close-bucket";
import { SEGMENTS } from "#src/canary/evidence";
import type { CanaryPolicy, TailKpi } from "#src/canary/kpi";
import { addPair, addSingle } from "#src/canary/measure";
import { type Observation, secondsOf } from "#src/canary/observation";
import { type ArmPair, inOrder, pairArms } from "#src/canary/pair-arms";
import { questionLedger } from "#src/canary/question-ledger";
import { logQuantileRatio } from "#src/canary/tail-test";
import { type CanaryReport, judgeCanary } from "#src/canary/verdict";

export type OneLook = { readonly report: CanaryReport; readonly state: CanaryState; readonly pairs: number };

/**
 * One look at two whole sets of observations: the candidate's, and a frozen file of its baseline's. Questions that both answered are paired.
 * There is no time in it, hence no hours to be seen and no later starts; latencies are compared as whole samples, and the cap of breadth
 * is that of the whole baseline. A breach asks people: a file from before drifts.
 */
export function judgeOnce(policy: CanaryPolicy, observations: readonly Observation[], at: number): OneLook {
  const state = newCanary(policy);
  const questions = questionLedger();
  const sorted = inOrder(observations);
  const { pairs } = pairArms([], sorted);
  for (const observation of sorted) countIn(state, observation);
  // In the last segment evidence counts from every start on, so that the average over the starts is the evidence itself.
  const frame = { segment: SEGMENTS - 1, bar: null, cap: capOf(state) };
  for (const [place, kpi] of policy.kpis.entries()) {
    for (const pair of pairs) addPair(state, questions, kpi, place, frame, pair);
    for (const observation of sorted) addSingle(state, kpi, frame, observation);
    if (kpi.kind === "p95-ratio") compareTails(state, kpi, pairs);
  }
  latch(policy, state, at);
  const report = judgeCanary(policy, state, { control: "frozen", timed: false, doubts: [] });
  return { report, state, pairs: pairs.length };
}

/** Every stake is given what the samples show, so that their mean is that. */
function compareTails(state: CanaryState, kpi: TailKpi, pairs: readonly ArmPair[]): void {
  const timed = pairs.flatMap(({ baseline, canary }) => {
    const [b, c] = [secondsOf(baseline), secondsOf(canary)];
    return b === null || c === null ? [] : [{ b, c }];
  });
  if (timed.length === 0) return;
  const [before, after] = [timed.map(({ b }) => b), timed.map(({ c }) => c)];
  const evidence = evidenceOf(kpi, state);
  const width = evidence.healthy.length;
  evidence.n = timed.length;
  evidence.breach.fill(logQuantileRatio(before, after, kpi.threshold), -width);
  evidence.healthy.fill(logQuantileRatio(after, before, 1 / kpi.tolerance));
}
