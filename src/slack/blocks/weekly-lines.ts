import type { TableBlock } from "@slack/types";
import { HEADLINE_METRICS } from "#src/operations/weekly/deltas";
import type { Delta, DeltaStanding, ToldSymptom, WeeklyResult } from "#src/operations/weekly/result";
import { causeName, differenceText, figureText, metricName, percent, SURENESS } from "#src/operations/weekly/words";
import { plain } from "#src/slack/blocks/elements";
import { count, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";

const STANDING: Readonly<Record<DeltaStanding, string>> = {
  worse: "❌ worse",
  lost: "🟡 lower, not proven",
  better: "✅ better",
  alike: "✅ alike",
  new: "nothing to compare",
};

const HEAD = ["Metric", "Standing", "Now", "Baseline", "Difference", "Cases"];
const COLUMNS: NonNullable<TableBlock["column_settings"]> = [
  { align: "left" },
  { align: "left" },
  { align: "right" },
  { align: "right" },
  { align: "right" },
  { align: "right" },
];

/** Rows to show: what lost or is below its floor first, then the headlines. */
export function shownDeltas({ deltas }: WeeklyResult, most: number): readonly Delta[] {
  const isBad = ({ standing, belowFloor }: Delta) => belowFloor || standing === "worse";
  const headlines = deltas.filter(({ metric }) => HEADLINE_METRICS.includes(metric));
  const bad = deltas.filter(isBad);
  return [...new Set([...bad, ...headlines])].slice(0, most);
}

export const standingWords = ({ standing, belowFloor }: Pick<Delta, "standing" | "belowFloor">): string =>
  belowFloor ? "❌ missed its bar" : STANDING[standing];

const cell = (text: string) => ({ type: "raw_text" as const, text: plain(text, 40).text });

export function deltaTable(deltas: readonly Delta[]): TableBlock {
  return {
    type: "table",
    column_settings: COLUMNS,
    rows: [
      HEAD.map(cell),
      ...deltas.map((delta) =>
        [
          metricName(delta.metric),
          standingWords(delta),
          figureText(delta.now, delta.unit),
          figureText(delta.before, delta.unit),
          differenceText(delta.now, delta.before, delta.unit),
          number(delta.n),
        ].map(cell),
      ),
    ],
  };
}

/** The same in lines of mrkdwn, for a Slack that refuses tables. */
export const deltaLines = (deltas: readonly Delta[]): string[] =>
  deltas.map(
    (delta) =>
      `${standingWords(delta)} · ${bold(metricName(delta.metric), 60)} ${line(figureText(delta.now, delta.unit))}` +
      `${delta.before === null ? "" : ` against ${line(figureText(delta.before, delta.unit))} (${differenceText(delta.now, delta.before, delta.unit)})`} · ${count(delta.n, "case")}`,
  );

/** What the causes are and how sure that is, a line each. */
export function causeLines({ causes, unclear, symptoms }: WeeklyResult, most: number): string[] {
  const sure = causes.map(({ cause, sure: how, metrics, signs, cases }) => {
    const told = symptoms.find(({ metric }) => metric === metrics[0]);
    const shows = signs
      .slice(0, 3)
      .map(({ sign, cases: of }) => `${sign} ${number(of)}`)
      .join(", ");
    const names = metrics.slice(0, 3).map(metricName).join(", ");
    return `${bold(`Cause: ${causeName(cause)} (${SURENESS[how]})`)}: ${line(`${shareWords(told, cause)}${names}`)} · ${count(cases, "case")}: ${line(shows)}`;
  });
  const open = symptoms
    .filter(({ metric }) => unclear.includes(metric))
    .slice(0, 2)
    .map((told) => `${bold(`Not clear: ${metricName(told.metric)}`)}: ${line(rivals(told))}`);
  return [...sure, ...open].slice(0, most);
}

/** "92 % of the loss (81 to 97), next generation 5 % · ". Empty where there is nothing to share out. */
function shareWords(told: ToldSymptom | undefined, cause: ToldSymptom["cause"]): string {
  const [of, next] = [
    told?.shares.find((each) => each.cause === cause),
    told?.shares.find((each) => each.cause !== cause),
  ];
  if (of === undefined) return "";
  const behind = next === undefined ? "" : `, next ${causeName(next.cause)} ${percent(next.share)}`;
  return `${percent(of.share)} of the loss (${percent(of.low)} to ${percent(of.high)})${behind} · `;
}

const rivals = ({ shares }: ToldSymptom): string =>
  shares.length === 0
    ? "no case shows why"
    : shares
        .slice(0, 3)
        .map(({ cause, share, cases }) => `${causeName(cause)} ${percent(share)} (${count(cases, "case")})`)
        .join(", ");

/** Slack and its browsers fold ordinary spaces at the beginning of a line; em spaces stay. */
const INDENT = "\u2003";

export const worstLines = ({ worst }: WeeklyResult, most: number, says: number): string[] =>
  worst
    .slice(0, most)
    .map(
      ({ id, question, cause, says: why }) =>
        `${code(id, 60)} ${shorten(line(question), says)}\n${INDENT}${line(causeName(cause))}: ${shorten(line(why), says)}`,
    );
