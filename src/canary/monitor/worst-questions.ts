import type { Kpi } from "#src/canary/kpi";
import { singleValue } from "#src/canary/measure";
import { type Observation, scoreOf, secondsOf } from "#src/canary/observation";
import type { ArmPair } from "#src/canary/pair-arms";

/** A question that stood out: `by` how much, in whatever the KPI measures. Values as KPI reports show them; Infinity: it failed. */
export type Standout = {
  readonly question: string;
  readonly by: number;
  readonly value: number;
  /** Null: nobody else answered it. */
  readonly baseline: number | null;
};

/** So many are told of a breach. */
const MOST = 3;

/** The worst so far and those that came now, each question once; the worst first. */
export function keepWorst(known: readonly Standout[], came: readonly Standout[]): Standout[] {
  const worst = new Map<string, Standout>();
  for (const each of [...known, ...came]) {
    const other = worst.get(each.question);
    if (other === undefined || compare(each, other) < 0) worst.set(each.question, each);
  }
  return [...worst.values()].sort(compare).slice(0, MOST);
}

/** Equally bad ones: the baseline's better answer first, then by id, so that every replica keeps the same. */
function compare(a: Standout, b: Standout): number {
  if (a.by !== b.by) return a.by > b.by ? -1 : 1;
  const [usual, other] = [a.baseline ?? 0, b.baseline ?? 0];
  if (usual !== other) return usual < other ? -1 : 1;
  return a.question < b.question ? -1 : a.question > b.question ? 1 : 0;
}

/** Pairs in which the candidate was worse: by points of a score, seconds, or the share by which breadth differs. */
export function worsePairs(kpi: Kpi, pairs: readonly ArmPair[]): Standout[] {
  return pairs.flatMap(({ baseline, canary }) => {
    const [b, c] = [pairValue(kpi, baseline), pairValue(kpi, canary)];
    if (canary.queryId === null || b === null || c === null) return [];
    const by = worseBy(kpi, b, c);
    return by > 0 ? [{ question: canary.queryId, by, value: c, baseline: b }] : [];
  });
}

/** Answers of the candidate that are bad by themselves. `baselineOf`: what the other arm answered to the same. */
export function worseAnswers(
  kpi: Kpi,
  observations: readonly Observation[],
  baselineOf: (canary: Observation) => Observation | undefined,
): Standout[] {
  return observations.flatMap((canary) => {
    const value = canary.arm === "canary" ? singleValue(kpi, canary) : null;
    if (canary.queryId === null || value === null) return [];
    const by = badBy(kpi, value);
    const other = baselineOf(canary);
    const baseline = other === undefined ? null : singleValue(kpi, other);
    return by > 0 ? [{ question: canary.queryId, by, value, baseline }] : [];
  });
}

function pairValue(kpi: Kpi, observation: Observation): number | null {
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return scoreOf(observation, kpi.of);
    case "p95-ratio":
      return secondsOf(observation);
    case "breadth":
      return observation.breadth;
    default:
      return null;
  }
}

function worseBy({ kind }: Kpi, baseline: number, canary: number): number {
  if (kind === "p95-ratio") return canary > baseline ? canary : 0;
  if (kind === "breadth") return Math.abs(canary - baseline) / Math.max(1, baseline);
  return baseline - canary;
}

function badBy(kpi: Kpi, value: number): number {
  switch (kpi.kind) {
    case "rate":
      return 1 - value;
    case "band":
      return Math.max(kpi.least - value, value - kpi.most);
    case "zero":
      return value;
    default:
      return 0;
  }
}
