import type { SloReading, SloReport } from "#src/operations/slo/slo";
import { sloTitle } from "#src/operations/slo/titles";

/** One SLO in a line of plain text: for the digest, App Home and the command line. Worst first. */
export type SloLine = {
  readonly id: string;
  readonly title: string;
  readonly standing: SloReading["standing"];
  readonly value: string;
  readonly bar: string;
  /** "▇▇▇▇▅▁▁▁ 55 %"; "–": not known. */
  readonly budget: string;
  readonly trend: string;
};

const WORST_FIRST = { fail: 0, inconclusive: 1, pass: 2 } as const;

/** The SLO lines of a report, failing ones first, else in their own order. */
export function sloLines({ slos }: Pick<SloReport, "slos">): readonly SloLine[] {
  return [...slos]
    .sort((a, b) => WORST_FIRST[a.standing] - WORST_FIRST[b.standing])
    .map((slo) => ({
      id: slo.id,
      title: sloTitle(slo.id),
      standing: slo.standing,
      value: slo.value ?? "–",
      bar: slo.bar,
      budget: budgetWords(slo.budgetLeft),
      trend: trendWords(slo.trend),
    }));
}

/** The whole report in one sentence. */
export function sloSentence({ slos, burning, windowDays }: SloReport): string {
  const of = (standing: SloReading["standing"]) => slos.filter((slo) => slo.standing === standing);
  const failing = of("fail").map(({ id }) => sloTitle(id));
  const kept = `${of("pass").length} of ${slos.length} SLOs are kept over ${windowDays} days`;
  const open = of("inconclusive").length;
  return [
    kept,
    ...(failing.length === 0 ? [] : [`missed: ${failing.join(", ")}`]),
    ...(open === 0 ? [] : [`${open} can't be told`]),
    ...(burning.length === 0
      ? []
      : [`burning now: ${[...new Set(burning.map(({ slo }) => sloTitle(slo)))].join(", ")}`]),
  ].join("; ");
}

const EIGHTHS = 8;

/** What is left as eight steps and a percentage; overspent: nothing is left, and by how much. */
export function budgetWords(left: number | null): string {
  if (left === null) return "–";
  const whole = Math.max(0, Math.min(EIGHTHS, Math.round(left * EIGHTHS)));
  // A budget with something left shows something, and a touched one isn't whole.
  const shown = left > 0 ? Math.max(1, left < 1 ? Math.min(EIGHTHS - 1, whole) : whole) : 0;
  return `${"▇".repeat(shown)}${"▁".repeat(EIGHTHS - shown)} ${budgetShare(left)}`;
}

/** What is left as a percentage alone. */
export function budgetShare(left: number | null): string {
  if (left === null) return "–";
  const percent = left > 0 && left < 0.01 ? "< 1" : String(left >= 1 ? 100 : left > 0.99 ? 99 : Math.round(left * 100));
  return `${percent.replace("-", "−")} %`;
}

export function trendWords(trend: SloReading["trend"]): string {
  if (trend === null) return "–";
  return { better: "↗ better", same: "→ same", worse: "↘ worse" }[trend];
}
