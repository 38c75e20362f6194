import { type EvaluatedRun, meanOfRun, requestsOf } from "#src/evaluation/compare/evaluated-run";
import { retrievalFigures } from "#src/evaluation/compare/retrieval-figures";
import { latencyOf } from "#src/evaluation/oracle/latency";
import {
  checkFloors,
  FEWEST_CASES,
  type FloorCase,
  type FloorFinding,
  type FloorReport,
  type Floors,
  MOST_MISSING,
} from "#src/evaluation/oracle/quality-floors";

/** A floor with what its value rests on: cases (requests for the latency), and why it is inconclusive; null where it isn't. */
export type JudgedFloor = FloorFinding & { readonly n: number; readonly why: string | null };
export type JudgedFloors = Omit<FloorReport, "findings"> & { readonly findings: readonly JudgedFloor[] };

/**
 * A run against the absolute floors of quality_gates.yaml, over its answerable cases. A run that did not finish, too few cases, too
 * many without a score, or evidence that nobody could look for: inconclusive, never a pass.
 */
export function judgeFloors(run: EvaluatedRun, floors: Floors): JudgedFloors {
  const answerable: EvaluatedRun = { ...run, cases: run.cases.filter(({ gold }) => gold.answerable) };
  const latency = latencyOf(requestsOf(run));
  const hit = retrievalFigures(run);
  const used = meanOfRun(answerable, "reader_used_gold");
  const report = checkFloors(floors, floorCases(answerable), {
    p95Seconds: latency.p95,
    oracleRetrievalHit: hit.why === null ? hit.prefilter : null,
    readerUsedGold: used.mean,
  });
  const whole = whyInconclusive(run, report);
  const findings = report.findings.map((finding): JudgedFloor => {
    const n = basis(finding.floor, {
      graded: report.cases,
      requests: latency.requests,
      hits: hit.answered,
      used: used.n,
    });
    if (whole !== null) return { ...finding, verdict: "inconclusive", n, why: whole };
    if (finding.floor === "oracle_retrieval_hit_min" && hit.why !== null)
      return { ...finding, value: hit.prefilter, n, why: hit.why };
    return { ...finding, n, why: finding.verdict === "inconclusive" ? "Nothing measured it." : null };
  });
  return { ...report, verdict: whole === null ? report.verdict : "inconclusive", findings };
}

const floorCases = ({ cases }: EvaluatedRun): FloorCase[] =>
  cases.flatMap(({ gold, trials }) =>
    trials.map(({ outcome, values }) => ({ id: gold.id, metrics: outcome === "graded" ? values : null })),
  );

function basis(
  floor: keyof Floors,
  n: { readonly graded: number; readonly requests: number; readonly hits: number; readonly used: number },
): number {
  switch (floor) {
    case "latency_max":
      return n.requests;
    case "oracle_retrieval_hit_min":
      return n.hits;
    case "reader_used_gold_min":
      return n.used;
    default:
      return n.graded;
  }
}

function whyInconclusive({ record }: EvaluatedRun, { cases, ungraded }: FloorReport): string | null {
  if (record.state !== "finished") {
    return `The run is ${record.state}${record.reason === null ? "" : ` (${record.reason})`}: only a finished run can pass.`;
  }
  if (cases < FEWEST_CASES)
    return `${cases} answerable cases have a score; at least ${FEWEST_CASES} are needed. Use a larger gold set.`;
  if (ungraded > MOST_MISSING * (cases + ungraded)) {
    return `${ungraded} of ${cases + ungraded} answerable cases have no score; more than ${MOST_MISSING * 100} % is too many. Run it again.`;
  }
  return null;
}
