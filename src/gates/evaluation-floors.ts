import { type JudgedFloor, judgeFloors } from "#src/evaluation/compare/judge-floors";
import { FEWEST_CASES, type Floors, MOST_MISSING } from "#src/evaluation/oracle/quality-floors";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import { chooseEvaluation, enoughEvaluated, inputsOf, withoutEvaluation } from "#src/gates/evaluation-run";
import type { Gate } from "#src/gates/gate";

export type EvaluationFloorsDeps = { readonly evaluations: EvaluationStore; readonly floors: Floors };

const BAR = "every floor of quality_gates.yaml";

/** The candidate's newest evaluation against the absolute floors: a candidate can equal its baseline and still be too poor. */
export function createEvaluationFloorsGate({ evaluations, floors }: EvaluationFloorsDeps): Gate {
  return {
    id: "evaluation-floors",
    title: "Quality floors",
    version: 1,
    timeoutMs: 300_000,
    thresholds: () => ({ ...floors, fewest_cases: FEWEST_CASES, most_missing: MOST_MISSING }),
    contradicts: ({ service }) => enoughEvaluated(evaluations, service.id, FEWEST_CASES),
    check: async (subject, signal) => {
      const chosen = await chooseEvaluation(evaluations, subject);
      if (!chosen.ok) return withoutEvaluation(subject, chosen, BAR);
      const { run, how } = chosen;
      const { runs, unread } = await readEvaluated({ evaluations, store: subject.store }, [run], signal);
      const [evaluated] = runs;
      if (evaluated === undefined) throw new Error(`evaluation ${run.id} was read and is not there`);
      const { verdict, cases, ungraded, findings } = judgeFloors(evaluated, floors);
      const open = findings.filter((each) => each.verdict !== "pass");
      const why = open.map(said).join("; ");
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `All ${findings.length} floors are met over ${cases} cases.`
            : `${open.length} of ${findings.length} floors ${verdict === "fail" ? "are not met" : "can't be judged"} over ${cases} cases: ${why}.`,
        value: open.length === 0 ? "all met" : open.map(({ floor }) => floor).join(", "),
        bar: BAR,
        numbers: {
          evaluation: run.id,
          cases,
          without_a_score: ungraded,
          ...Object.fromEntries(findings.map(({ floor, value }) => [floor, finite(value)])),
        },
        how: unread === null ? how : `${how}; the documents could not be read (${unread})`,
        next: verdict === "pass" ? "" : `Look at the cases: golive eval report ${run.id} --out report.html.`,
        inputs: inputsOf(run),
        findings: open.map(({ floor, verdict: each }) => `${floor}:${each === "fail" ? "missed" : "unknown"}`),
      };
    },
  };
}

/** The latency is endless when too many requests failed; a number in evidence is finite. */
const finite = (value: number | null): number | string | null =>
  value === Number.POSITIVE_INFINITY ? "unanswered" : value;

function said({ floor, verdict, value, limit, n, why }: JudgedFloor): string {
  if (verdict === "inconclusive") return `${floor} is open (${(why ?? "it was not measured").replace(/\.$/, "")})`;
  const shown = value === null || value === Number.POSITIVE_INFINITY ? "unanswered" : value.toFixed(3);
  return `${floor} ${limit} is missed by ${shown} over ${n}`;
}
