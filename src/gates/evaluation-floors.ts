import { type JudgedFloor, judgeFloors } from "#src/evaluation/compare/judge-floors";
import { FEWEST_CASES, type Floors, MOST_MISSING } from "#src/evaluation/oracle/quality-floors";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import {
  chooseEvaluation,
  type EvaluationsOf,
  enoughEvaluated,
  inputsOf,
  withoutEvaluation,
} from "#src/gates/evaluation-run";
import type { Gate } from "#src/gates/gate";

export type EvaluationFloorsDeps = EvaluationsOf & { readonly floors: Floors };

const BAR = "every floor of quality_gates.yaml";

/** The candidate's newest evaluation against the absolute floors: a candidate can equal its baseline and still be too poor. */
export function createEvaluationFloorsGate(deps: EvaluationFloorsDeps): Gate {
  const { evaluations, floors } = deps;
  return {
    id: "evaluation-floors",
    title: "Quality floors",
    version: 2,
    restsOn: "evaluation",
    timeoutMs: 300_000,
    thresholds: () => ({ ...floors, fewest_cases: FEWEST_CASES, most_missing: MOST_MISSING }),
    contradicts: ({ service }) => enoughEvaluated(evaluations, service.id, FEWEST_CASES),
    check: async (subject, signal) => {
      const chosen = await chooseEvaluation(deps, subject, "evaluation-floors");
      if (!chosen.ok) return withoutEvaluation(subject, chosen, BAR);
      const { run, how, measuredAt } = chosen;
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
        value: findings.map(shortly).join(" · "),
        bar: BAR,
        numbers: {
          evaluation: run.id,
          cases,
          without_a_score: ungraded,
          ...Object.fromEntries(findings.map(({ floor, value }) => [floor, finite(value)])),
        },
        how: unread === null ? how : `${how}; the documents could not be read (${unread})`,
        next: verdict === "pass" ? "" : `Look at the cases: golive eval report ${run.id} --out report.html.`,
        measuredAt,
        inputs: inputsOf(run),
        findings: open.map(({ floor, verdict: each }) => `${floor}:${each === "fail" ? "missed" : "unknown"}`),
      };
    },
  };
}

/** The latency is endless when too many requests failed; a number in evidence is finite. */
const finite = (value: number | null): number | string | null =>
  value === Number.POSITIVE_INFINITY ? "unanswered" : value;

/** "f1 .46", "latency 1.2 s ✗": what is missed or open is marked, so that a glance finds it. */
function shortly({ floor, value, verdict }: JudgedFloor): string {
  const name = floor.replace(/_(min|max)$/, "").replaceAll("_", " ");
  const isTime = floor.startsWith("latency");
  const shown =
    value === null
      ? "–"
      : value === Number.POSITIVE_INFINITY
        ? "unanswered"
        : isTime
          ? `${value.toFixed(1)} s`
          : value.toFixed(2).replace(/^0/, "");
  return `${name} ${shown}${verdict === "fail" ? " ✗" : verdict === "inconclusive" ? " ?" : ""}`;
}

function said({ floor, verdict, value, limit, n, why }: JudgedFloor): string {
  if (verdict === "inconclusive") return `${floor} is open (${(why ?? "it was not measured").replace(/\.$/, "")})`;
  const shown = value === null || value === Number.POSITIVE_INFINITY ? "unanswered" : value.toFixed(3);
  return `${floor} ${limit} is missed by ${shown} over ${n}`;
}
