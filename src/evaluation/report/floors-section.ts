import type { JudgedFloor, JudgedFloors } from "#src/evaluation/compare/judge-floors";
import { type Html, html } from "#src/evaluation/report/html";
import { table } from "#src/evaluation/report/table";
import { FLOOR_NAMES, name, plural, secondsText, shareText, verdictMark } from "#src/evaluation/report/words";

const numberText = ({ floor }: Pick<JudgedFloor, "floor">, value: number | null): string =>
  floor === "latency_max" ? secondsText(value) : shareText(value);

/** The absolute floors: value, bar, and what each rests on. */
export function floorsSection({ verdict, findings }: JudgedFloors): Html {
  const rows = findings.map((finding) => {
    const { floor, value, limit, n, why } = finding;
    const sign = floor === "latency_max" ? "≤" : "≥";
    return [
      html`${name(FLOOR_NAMES[floor])}${why === null ? null : html`<small>${why}</small>`}`,
      numberText(finding, value),
      `${sign} ${numberText(finding, limit)}`,
      n,
      verdictMark(finding.verdict),
    ];
  });
  return html`<section id="floors"><h2>Quality floors: ${verdictMark(verdict)}</h2>
<p>Absolute bars from <code>quality_gates.yaml</code>, held against unrounded means. Below one of them a candidate is too poor to go live, whatever its baseline is.</p>
${table(
  "Each floor, with the number of cases (for the latency: requests) behind it",
  [
    { title: "Floor" },
    { title: "Value", kind: "number" },
    { title: "Bar", kind: "number" },
    { title: "n", kind: "number" },
    { title: "Verdict" },
  ],
  rows,
)}</section>
`;
}

/** The floors in one line. */
export function floorsInShort({ findings, verdict }: JudgedFloors): string {
  const missed = findings.filter((each) => each.verdict === "fail");
  if (missed.length > 0) {
    const said = missed.map((each) => {
      const than = each.floor === "latency_max" ? "above" : "below";
      return `${FLOOR_NAMES[each.floor]} ${numberText(each, each.value)} is ${than} ${numberText(each, each.limit)}`;
    });
    return said.join(", ");
  }
  if (verdict === "pass") return `all ${findings.length} are met`;
  const open = findings.filter((each) => each.verdict === "inconclusive");
  const reasons = [...new Set(open.map(({ why }) => why ?? ""))].join(" ");
  return `${plural(open.length, "floor")} can't be judged. ${reasons}`;
}
