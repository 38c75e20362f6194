import { utc } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";
import { sloLines, sloSentence } from "#src/operations/slo/lines";
import type { SloReport } from "#src/operations/slo/slo";
import { sloTitle } from "#src/operations/slo/titles";
import { hoursWords, rateWords } from "#src/operations/slo/words";

const WORDS = { pass: "kept", fail: "missed", inconclusive: "can't be told" } as const;

/** The report for a terminal of 100 columns; same words and order as in Slack. Ends with a line break. */
export function sloText(report: SloReport): string {
  const { service, slos, burning, windowDays, at, rolledUpAt } = report;
  const burnOf = (id: string, hours: number) => {
    const found = slos.find((slo) => slo.id === id)?.burn.find((each) => each.hours === hours);
    return found === undefined ? "–" : rateWords(found.rate);
  };
  const rows = sloLines(report).map(({ id, standing, value, bar, budget, trend }) => [
    id,
    WORDS[standing],
    value,
    bar,
    budget,
    burnOf(id, 1),
    burnOf(id, 6),
    trend,
  ]);
  const open = slos.filter(({ standing }) => standing !== "pass");
  const rolled = rolledUpAt === null ? "nothing was added up yet" : `requests added up ${utc(rolledUpAt)}`;
  return `${[
    ...wrap("", `${service}: ${sloSentence(report)}.`),
    `${hoursWords(windowDays * 24)} until ${utc(at)} · ${rolled}`,
    ...burning.flatMap(({ severity, since, says }) => wrap("", `${severity}, since ${utc(since)}: ${says}.`)),
    "",
    ...columns([["SLO", "standing", "value", "bar", "budget left", "1 h", "6 h", "trend"], ...rows]),
    ...(open.length === 0 ? [] : [""]),
    ...open.flatMap((slo) => wrap("", `${sloTitle(slo.id)} (${slo.id}): ${slo.says}`)),
  ].join("\n")}\n`;
}

const RIGHT = new Set([2, 5, 6]);

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, place) => Math.max(...rows.map((row) => (row[place] ?? "").length)));
  return rows.map((row) =>
    row
      .map((text, place) => (RIGHT.has(place) ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
