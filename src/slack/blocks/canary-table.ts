import type { KnownBlock, TableBlock } from "@slack/types";
import type { Kpi } from "#src/canary/kpi";
import type { CanaryView } from "#src/canary/watch/view";
import { evidenceBar } from "#src/canary/words/evidence";
import { detectableWords, sayThreshold, sayValue } from "#src/canary/words/values";
import { type KpiRow, kpiRows, standingText } from "#src/slack/blocks/canary-rows";
import { packed, plain, section } from "#src/slack/blocks/elements";
import { number } from "#src/slack/blocks/words";
import { bold, line } from "#src/slack/escape";

const HEAD = ["KPI", "Standing", "Canary", "Baseline", "Threshold", "Evidence", "n"] as const;
const SEES = "Would see";
/** Numbers stand under each other. */
const COLUMNS: NonNullable<TableBlock["column_settings"]> = [
  { align: "left" },
  { align: "left" },
  { align: "right" },
  { align: "right" },
  { align: "right" },
  { align: "left" },
  { align: "right" },
  { align: "left" },
];

/** How much of the table is shown: rows beyond `rows` are counted. `name`: characters of a KPI's name. */
export type TableSize = {
  readonly rows: number;
  readonly name: number;
  /** With the smallest change that each would have shown by now. */
  readonly sees?: boolean;
};

/** Where every KPI stands, as a table. Not every Slack takes one (`invalid_blocks`): `kpiLines` says the same. */
export function kpiTable(view: CanaryView, { rows: most, name, sees = false }: TableSize): TableBlock {
  const rows = kpiRows(view).slice(0, most);
  return {
    type: "table",
    column_settings: COLUMNS,
    rows: [
      [...HEAD, ...(sees ? [SEES] : [])].map((text) => cell(text)),
      ...rows.map((row) => [...cellsOf(row, name), ...(sees ? [cell(seesText(view, row))] : [])]),
    ],
  };
}

function seesText({ sight }: CanaryView, { kpi }: KpiRow): string {
  const detectable = sight?.kpis.find(({ id }) => id === kpi.id)?.detectable ?? null;
  return kpi.kind === "zero" || detectable === null ? "–" : shortly(detectableWords(kpi, detectable));
}

/** Of what, is said by `/canary explain`. */
const shortly = (words: string): string => words.replace(/ (more|of) .*$/, "");

function cellsOf(row: KpiRow, name: number): ReturnType<typeof cell>[] {
  const { kpi, value, baseline, n } = row;
  return [
    cell(kpi.id, name),
    cell(standingText(row)),
    cell(figure(kpi, value)),
    cell(figure(kpi, baseline)),
    cell(limit(kpi, baseline)),
    cell(barOf(row)),
    cell(number(n)),
  ];
}

const cell = (text: string, max = 40) => ({ type: "raw_text" as const, text: plain(text, max).text });

/** What was seen even once takes no proof: it is one. */
const barOf = ({ standing, logE, bar }: KpiRow): string =>
  standing === "breach" && bar === null ? evidenceBar(1, 1) : evidenceBar(logE, bar);

function figure(kpi: Kpi, value: number | null): string {
  if (value === null) return "–";
  return Number.isFinite(value) ? sayValue(kpi, value) : "failed";
}

/** Beside no baseline only what is a number by itself: a limit in words has no room here. */
const limit = (kpi: Kpi, baseline: number | null): string =>
  baseline === null && RELATIVE.has(kpi.kind) ? "–" : sayThreshold(kpi, baseline);
const RELATIVE: ReadonlySet<Kpi["kind"]> = new Set(["bounded-mean", "paired-binary", "p95-ratio", "breadth"]);

/** The same in lines of mrkdwn, for a Slack that refuses tables. */
export function kpiLines(view: CanaryView, { rows: most, name, sees = false }: TableSize): string[] {
  return kpiRows(view)
    .slice(0, most)
    .map((row) => {
      const { kpi, value, baseline, n } = row;
      const against = baseline === null ? "" : ` against ${line(sayValue(kpi, baseline))}`;
      return [
        `${standingText(row)} · ${bold(kpi.id, name + 2)} ${line(sayValue(kpi, value))}${against}`,
        `threshold ${line(sayThreshold(kpi, baseline))}`,
        ...(/[▁-▇]/u.test(barOf(row)) ? [`evidence ${barOf(row)}`] : []),
        `n ${number(n)}`,
        ...(sees ? [`would see ${line(seesText(view, row))}`] : []),
      ].join(" · ");
    });
}

/** "… and 18 more": KPIs that the table leaves out. Null: it shows all. */
export function leftOut(view: CanaryView, { rows }: TableSize): string | null {
  const hidden = view.canary.policy.kpis.length - rows;
  return hidden > 0
    ? `… and ${number(hidden)} more KPIs: \`/canary status\` and \`golive canary status\` list them`
    : null;
}

/** What a Slack that refuses tables shows in a table's place. */
export const tableInstead = (view: CanaryView, size: TableSize): KnownBlock[] =>
  packed(kpiLines(view, size)).map((text) => section(text));
