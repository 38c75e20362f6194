import { evidenceOf } from "#src/canary/breach-evidence";
import { addBreadthPair } from "#src/canary/breadth-test";
import type { CanaryState } from "#src/canary/canary-state";
import { addValue } from "#src/canary/evidence";
import type { Kpi } from "#src/canary/kpi";
import { addMeanPair } from "#src/canary/mean-test";
import { needsGold, type Observation, scoreOf, secondsOf } from "#src/canary/observation";
import type { ArmPair } from "#src/canary/pair-arms";
import { isProbeTrace } from "#src/canary/probe-trace";
import type { QuestionLedger } from "#src/canary/question-ledger";
import { addRate } from "#src/canary/rate-test";
import { addTailPair } from "#src/canary/tail-test";

/** What holds for a whole bucket; bars and caps come from earlier buckets, so that no bet knows what it is on. */
export type Frame = { readonly segment: number; readonly bar: number | null; readonly cap: number | null };

/** Adds a pair to the evidence of a KPI, as far as both arms have what it looks at. `place`: the KPI's place in the policy. */
export function addPair(
  state: CanaryState,
  questions: QuestionLedger,
  kpi: Kpi,
  place: number,
  { segment, bar, cap }: Frame,
  { baseline, canary }: ArmPair,
): void {
  const evidence = evidenceOf(kpi, state);
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary": {
      const [b, c] = [scoreOf(baseline, kpi.of), scoreOf(canary, kpi.of)];
      if (b === null || c === null) return;
      const { queryId } = canary;
      if (queryId !== null && needsGold(kpi.of) && !questions.take(queryId, place)) return;
      addMeanPair(evidence, kpi, segment, b, c);
      return;
    }
    case "p95-ratio": {
      const [b, c] = [secondsOf(baseline), secondsOf(canary)];
      if (b !== null && c !== null && bar !== null) addTailPair(evidence, kpi, segment, bar, b, c);
      return;
    }
    case "breadth": {
      const most = kpi.cap ?? cap;
      if (baseline.breadth !== null && canary.breadth !== null && most !== null)
        addBreadthPair(evidence, kpi, segment, most, baseline.breadth, canary.breadth);
      return;
    }
    case "rate":
    case "band":
    case "zero":
    case "traffic-split":
      return;
  }
}

/** What one observation says by itself. Of the baseline only the value is kept, to be shown beside. */
export function addSingle(state: CanaryState, kpi: Kpi, { segment }: Frame, observation: Observation): void {
  const evidence = evidenceOf(kpi, state);
  const value = singleValue(kpi, observation);
  if (value === null) return;
  if (observation.arm === "baseline") {
    evidence.baselineN++;
    evidence.baseline += value;
  } else if (kpi.kind === "rate" || kpi.kind === "band") addRate(evidence, segment, value);
  else addValue(evidence, value);
}

/** What a KPI looks at in a single observation; null: nothing, or not said. */
export function singleValue(
  kpi: Kpi,
  { traceId, tools, dedupRate, budgetViolation, prefixLeakage }: Observation,
): number | null {
  const asNumber = (flag: boolean | null) => (flag === null ? null : Number(flag));
  switch (kpi.kind) {
    case "rate":
      if (tools === null) return null;
      return (kpi.of === "schema_ok" ? tools.conforming : tools.announced) / tools.calls;
    case "band":
      return dedupRate;
    case "zero":
      if (kpi.of === "budget_violation") return asNumber(budgetViolation);
      if (kpi.of === "prefix_leakage") return asNumber(prefixLeakage);
      return tools === null ? null : Number(tools.unrehearsed > 0);
    case "traffic-split":
      // Probes are asked of both arms alike, whatever share of the traffic each gets.
      return isProbeTrace(traceId) ? null : 1;
    case "bounded-mean":
    case "paired-binary":
    case "p95-ratio":
    case "breadth":
      return null;
  }
}
