import { wrap } from "#src/cli/wrap";
import type { Delta, WeeklyResult } from "#src/operations/weekly/result";
import { causeName, differenceText, figureText, metricName, percent, SURENESS } from "#src/operations/weekly/words";

const STANDINGS: Readonly<Record<Delta["standing"], string>> = {
  worse: "worse",
  lost: "lower, not proven",
  better: "better",
  alike: "alike",
  new: "",
};

/** A triage for a terminal of 100 columns. Ends with a line break. */
export function triageText(verdict: string, summary: string, result: WeeklyResult): string {
  const { evaluation, pair, baseline, causes, symptoms, cards, why, bars } = result;
  const against = baseline === null ? "compared with nothing" : `against ${baseline.evaluation}`;
  const lines = [
    ...wrap("", `${verdict}: ${summary}`),
    ...wrap("", `${evaluation} of ${pair.run} with ${pair.config}, ${against}`),
    "",
    ...result.deltas.map(deltaLine),
    ...titled("Why", why),
    ...titled(
      "Causes",
      causes.map(({ cause, sure, metrics, signs, cases }) => {
        const shows = signs.map(({ sign, cases: of }) => `${sign} ${of}`).join(", ");
        return `${cause} (${SURENESS[sure]}), ${cases} cases: ${shows}; by ${metrics.map(metricName).join(", ")}`;
      }),
    ),
    ...titled(
      "By metric",
      symptoms.map(({ metric, sure, cases, shares }) => {
        const parts = shares.map(
          ({ cause, share, low, high, cases: of }) =>
            `${causeName(cause)} ${percent(share)} of the loss (${percent(low)} to ${percent(high)}), ${of} of ${cases} cases`,
        );
        return `${metricName(metric)}, ${SURENESS[sure]}: ${parts.join("; ") || "no case shows why"}`;
      }),
    ),
    ...titled(
      "Worst cases",
      result.worst.map(({ id, question, cause, says }) => `${id} ${question} – ${causeName(cause)}: ${says}`),
    ),
    ...titled(
      "By tag",
      result.byTag
        .slice(0, 10)
        .map(
          ({ tag, cases, metric, now, before }) =>
            `${tag}: ${metricName(metric)} ${figureText(now, "share")}${before === null ? "" : `, ${differenceText(now, before, "share")}`} (${cases} cases)`,
        ),
    ),
    ...titled(
      "SOP cards",
      cards.flatMap(({ id, title, owner, steps }) => [
        `${id} for ${owner}: ${title}`,
        ...steps.map((step, at) => `  ${at + 1}. ${step.title}${step.command === null ? "" : ` – ${step.command}`}`),
      ]),
    ),
    ...titled("Held to", bars),
  ];
  return `${lines.join("\n")}\n`;
}

const titled = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines.flatMap((line) => wrap("  ", line))];

function deltaLine({ metric, unit, now, before, standing, belowFloor, n }: Delta): string {
  const difference = before === null ? "" : differenceText(now, before, unit);
  return [
    metricName(metric).padEnd(36),
    figureText(now, unit).padStart(10),
    figureText(before, unit).padStart(10),
    difference.padStart(14),
    String(n).padStart(6),
    `  ${belowFloor ? "missed its bar" : STANDINGS[standing]}`,
  ]
    .join("")
    .trimEnd();
}
