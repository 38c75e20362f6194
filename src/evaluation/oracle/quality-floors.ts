import type { MetricValues } from "#src/evaluation/metrics/score-judgement";
import type { Verdict } from "#src/evaluation/oracle/gold";

/** The floors of configs/quality_gates.yaml: shares 0 to 1, latency in seconds. */
export type Floors = {
  readonly precision_min: number;
  readonly recall_min: number;
  readonly f1_min: number;
  readonly latency_max: number;
  readonly faithfulness_min: number;
  readonly oracle_retrieval_hit_min: number;
  readonly reader_used_gold_min: number;
};

/** One answerable case. `metrics` null: ungraded. Of a case that was run several times there are several. */
export type FloorCase = { readonly id: string; readonly metrics: MetricValues | null };

/** What isn't a mean over cases: null or NaN where it couldn't be measured. */
export type Measured = {
  readonly p95Seconds: number | null;
  readonly oracleRetrievalHit: number | null;
  readonly readerUsedGold: number | null;
};

export type FloorFinding = {
  readonly floor: keyof Floors;
  readonly verdict: Verdict;
  /** Unrounded; null when there is no number. */
  readonly value: number | null;
  readonly limit: number;
};

export type FloorReport = {
  /** `fail` when one fails; else `inconclusive` when one is, or the cases are too few; else `pass`. */
  readonly verdict: Verdict;
  readonly cases: number;
  readonly ungraded: number;
  readonly findings: readonly FloorFinding[];
};

export const FEWEST_CASES = 50;
/** Above this share of cases without a score, whatever the reason, the others don't stand for them. */
export const MOST_MISSING = 0.05;
/** Above this share a run isn't even gone on with: nothing that is still to come could make it of use. */
export const MOST_UNGRADED = 0.2;

/**
 * The absolute floors, on unrounded 0–1 macro means over at least 50 different answerable cases: a case weighs the same however
 * often it was run. With fewer, or too many ungraded, every floor is inconclusive, whatever the means are.
 */
export function checkFloors(floors: Floors, cases: readonly FloorCase[], measured: Measured): FloorReport {
  const byCase = Map.groupBy(cases, ({ id }) => id);
  const graded = [...byCase.values()]
    .map((runs) => runs.flatMap(({ metrics }) => metrics ?? []))
    .filter((runs) => runs.length > 0);
  const ungraded = byCase.size - graded.length;
  const enough = graded.length >= FEWEST_CASES && ungraded <= MOST_MISSING * byCase.size;
  const mean = (metric: keyof MetricValues): number | null =>
    meanOf(graded.map((runs) => meanOf(runs.map((values) => values[metric] ?? Number.NaN)) ?? Number.NaN));
  const atLeast = (floor: keyof Floors, value: number | null) =>
    finding(floor, value, floors[floor], (it) => it >= floors[floor]);
  const findings = [
    atLeast("precision_min", mean("precision")),
    atLeast("recall_min", mean("recall")),
    atLeast("f1_min", mean("f1")),
    finding("latency_max", measured.p95Seconds, floors.latency_max, (value) => value <= floors.latency_max),
    atLeast("faithfulness_min", mean("faithfulness")),
    atLeast("oracle_retrieval_hit_min", measured.oracleRetrievalHit),
    atLeast("reader_used_gold_min", measured.readerUsedGold),
  ].map((each): FloorFinding => (enough ? each : { ...each, verdict: "inconclusive" }));
  return { verdict: worst(findings), cases: graded.length, ungraded, findings };
}

function finding(
  floor: keyof Floors,
  value: number | null,
  limit: number,
  holds: (value: number) => boolean,
): FloorFinding {
  // Missing data is never a pass, and never a loss of quality.
  if (value === null || Number.isNaN(value)) return { floor, verdict: "inconclusive", value: null, limit };
  return { floor, verdict: holds(value) ? "pass" : "fail", value, limit };
}

function worst(findings: readonly FloorFinding[]): Verdict {
  if (findings.some(({ verdict }) => verdict === "fail")) return "fail";
  return findings.some(({ verdict }) => verdict === "inconclusive") ? "inconclusive" : "pass";
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
