import type { Kpi } from "#src/canary/kpi";
import { evidenceBar } from "#src/canary/words/evidence";
import type { Figures } from "#src/canary/words/figures";
import { standingWord } from "#src/canary/words/names";
import { detectableWords, sayThreshold, sayValue } from "#src/canary/words/values";

export type KpiRow = { readonly kpi: Kpi; readonly figures: Figures | null; readonly detectable: number | null };

/** Id, standing, canary, baseline, limit, evidence, n, would see: 100 columns with a blank between each. */
const WIDTHS = [25, 9, 9, 9, 12, 8, 7, 14] as const;
const HEAD = ["KPI", "standing", "canary", "baseline", "limit", "evidence", "n", "would see"];

/** KPIs as a table for a terminal of 100 columns, in the order of the policy. */
export function kpiTable(rows: readonly KpiRow[]): string[] {
  return [line(HEAD), ...rows.map((row) => line(cells(row)))];
}

const line = (texts: readonly string[]): string =>
  WIDTHS.map((width, column) => {
    const text = texts[column] ?? "";
    return column < 2 || column === EVIDENCE ? text.padEnd(width) : text.padStart(width);
  })
    .join(" ")
    .trimEnd();
const EVIDENCE = 5;

function cells({ kpi, figures, detectable }: KpiRow): string[] {
  if (figures === null) return [kpi.id, "no data", "–", "–", limit(kpi, null), "–", "0", "–"];
  const { standing, value, baseline, logE, bar, n } = figures;
  return [
    kpi.id,
    standingWord(standing, n),
    figure(kpi, value),
    figure(kpi, baseline),
    limit(kpi, baseline),
    standing === "breach" && bar === null ? evidenceBar(1, 1) : evidenceBar(logE, bar),
    String(n),
    kpi.kind === "zero" || detectable === null ? "–" : shortly(detectableWords(kpi, detectable)),
  ];
}

function figure(kpi: Kpi, value: number | null): string {
  if (value === null) return "–";
  return Number.isFinite(value) ? sayValue(kpi, value) : "failed";
}

/** Beside no baseline only what is a number by itself: a limit in words has no room here. */
const limit = (kpi: Kpi, baseline: number | null): string =>
  baseline === null && RELATIVE.has(kpi.kind) ? "–" : sayThreshold(kpi, baseline);
const RELATIVE: ReadonlySet<Kpi["kind"]> = new Set(["bounded-mean", "paired-binary", "p95-ratio", "breadth"]);

/** Of what, is said by `golive canary explain`. */
const shortly = (words: string): string => words.replace(/ (more|of) .*$/, "");
