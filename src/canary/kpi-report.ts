import { breachEvidence, evidenceOf, healthyEvidence } from "#src/canary/breach-evidence";
import type { CanaryState } from "#src/canary/canary-state";
import { detectableEffect } from "#src/canary/detectable";
import { failingBaseline, isCompared } from "#src/canary/doubts";
import { breachBar, type CanaryPolicy, healthyBar, type Kpi } from "#src/canary/kpi";
import { latencyQuantile } from "#src/canary/latency-sketch";
import { P95 } from "#src/canary/tail-test";

/**
 * In this precedence: `breach` (proven worse than the threshold; it stays) > `healthy` (proven better than the tolerance; of this moment) >
 * `watching` (the value itself crosses the threshold, nothing is proven) > `unknown` (neither, or too little data).
 */
export type KpiStanding = "breach" | "healthy" | "watching" | "unknown";

/** A KPI at one moment. Values are shares 0 to 1, seconds (p95), candidates (breadth), or a count (zero tolerance). */
export type KpiReport = {
  readonly id: string;
  readonly kpi: Kpi;
  readonly standing: KpiStanding;
  /** Null without data; Infinity: a p95 that is among the failed. */
  readonly value: number | null;
  readonly baseline: number | null;
  /** As declared: points of a mean, a ratio, a bar, the two ends of a band. */
  readonly threshold: number | readonly [least: number, most: number];
  /** ln E of the breach now, and what it takes to be one; null where nothing is tested. */
  readonly logE: number | null;
  readonly bar: number | null;
  /** ln E of being good enough, and what it takes; null where no tolerance is stated. */
  readonly logHealthy: number | null;
  readonly firstAlarmAt: number | null;
  readonly n: number;
  /** The smallest change that 80 % of such canaries would have shown, in the units of the KPI; null with too little data. */
  readonly detectable: number | null;
  /** What the end of the window asks is there. */
  readonly satisfied: boolean;
};

/** Where every KPI stands, in the order of the policy. */
export const reportKpis = (policy: CanaryPolicy, state: CanaryState): KpiReport[] =>
  policy.kpis.map((kpi) => reportKpi(kpi, policy.alpha, state));

function reportKpi(kpi: Kpi, alpha: number, state: CanaryState): KpiReport {
  const { n, breachedAt } = evidenceOf(kpi, state);
  const logHealthy = healthyEvidence(kpi, state);
  const { value, baseline } = valuesOf(kpi, state);
  // Beside a baseline that fails everything looks good; what is proven bad is bad all the more.
  const provesNothing = isCompared(kpi) && failingBaseline(state) !== null;
  const isGood = kpi.kind === "zero" ? n > 0 : logHealthy !== null && logHealthy >= healthyBar(alpha);
  const standing =
    breachedAt !== null
      ? "breach"
      : isGood && !provesNothing
        ? "healthy"
        : crosses(kpi, value, baseline)
          ? "watching"
          : "unknown";
  const detectable = detectableOf(kpi, alpha, state);
  return {
    id: kpi.id,
    kpi,
    standing,
    value,
    baseline,
    threshold: thresholdOf(kpi),
    logE: breachEvidence(kpi, state).log,
    bar: kpi.kind === "zero" ? null : breachBar(kpi.weight, alpha),
    logHealthy,
    firstAlarmAt: breachedAt,
    n,
    detectable,
    satisfied: standing === "healthy" || (standing !== "breach" && !provesNothing && isUnrefuted(kpi, detectable)),
  };
}

/** No breach counts for something only where a change of the stated size would have been seen. */
const isUnrefuted = (kpi: Kpi, detectable: number | null): boolean =>
  kpi.kind !== "zero" && kpi.atEnd === "unrefuted" && detectable !== null && detectable <= kpi.detect;

function valuesOf(kpi: Kpi, state: CanaryState): { value: number | null; baseline: number | null } {
  const evidence = evidenceOf(kpi, state);
  const mean = (sum: number, n: number) => (n === 0 ? null : sum / n);
  switch (kpi.kind) {
    case "p95-ratio":
      return {
        value: latencyQuantile(state.latency.canary, P95),
        baseline: latencyQuantile(state.latency.baseline, P95),
      };
    case "breadth": {
      const { baseline, canary } = state.breadth;
      return { value: mean(canary.sum, canary.n), baseline: mean(baseline.sum, baseline.n) };
    }
    case "zero":
      return {
        value: evidence.n === 0 ? null : evidence.canary,
        baseline: evidence.baselineN === 0 ? null : evidence.baseline,
      };
    case "traffic-split": {
      const all = evidence.n + evidence.baselineN;
      return { value: mean(evidence.n, all), baseline: mean(evidence.baselineN, all) };
    }
    case "bounded-mean":
    case "paired-binary":
    case "rate":
    case "band":
      return { value: mean(evidence.canary, evidence.n), baseline: mean(evidence.baseline, evidence.baselineN) };
  }
}

/** The threshold as declared. */
export function thresholdOf(kpi: Kpi): KpiReport["threshold"] {
  switch (kpi.kind) {
    case "band":
      return [kpi.least, kpi.most];
    case "zero":
      return 0;
    case "traffic-split":
      return kpi.share;
    default:
      return kpi.threshold;
  }
}

/** Means are quotients: equal ones must not differ by their last bit. */
const ROUNDING = 1e-12;

function crosses(kpi: Kpi, value: number | null, baseline: number | null): boolean {
  if (value === null) return false;
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return baseline !== null && value < baseline - kpi.threshold - ROUNDING;
    case "p95-ratio":
      return baseline !== null && Number.isFinite(baseline) && value > baseline * kpi.threshold * (1 + ROUNDING);
    case "rate":
      return value < kpi.threshold - ROUNDING;
    case "band":
      return value < kpi.least - ROUNDING || value > kpi.most + ROUNDING;
    case "breadth":
      return baseline !== null && Math.abs(value - baseline) > kpi.threshold * baseline * (1 + ROUNDING);
    case "zero":
    case "traffic-split":
      return false;
  }
}

/** Breadth is tested as a share of its cap, and told as a share of the baseline. */
function detectableOf(kpi: Kpi, alpha: number, state: CanaryState): number | null {
  if (kpi.kind === "zero") return null;
  const { n, baseline, baselineN, difference, square } = evidenceOf(kpi, state);
  if (kpi.kind === "traffic-split") {
    const all = n + baselineN;
    const spread = all === 0 ? 0 : (n * baselineN) / all;
    return detectableEffect({ n: all, sumSquares: spread, range: 1 }, kpi.weight, alpha);
  }
  const alone = kpi.kind === "rate" || kpi.kind === "band";
  const sumSquares = n === 0 ? 0 : Math.max(0, square - (difference * difference) / n);
  const effect = detectableEffect({ n, sumSquares, range: alone ? 1 : 2 }, kpi.weight, alpha);
  if (kpi.kind !== "breadth" || effect === null) return effect;
  return baseline > 0 ? effect / (baseline / n) : null;
}
