import type { KnownBlock, TableBlock } from "@slack/types";
import { budgetShare, type SloLine, sloLines, sloSentence, trendWords } from "#src/operations/slo/lines";
import type { SloReading, SloReport } from "#src/operations/slo/slo";
import { sloTitle } from "#src/operations/slo/titles";
import { hoursWords } from "#src/operations/slo/words";
import { context, type MessageBlock, packed, plain, type Reply, section } from "#src/slack/blocks/elements";
import { fitting } from "#src/slack/blocks/fitting";
import { when } from "#src/slack/blocks/times";
import { MARKS, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

type Size = { readonly cell: number; readonly says: number; readonly lines: number };
const SIZES: readonly [Size, ...Size[]] = [
  { cell: 40, says: 260, lines: 12 },
  { cell: 32, says: 140, lines: 6 },
  { cell: 24, says: 90, lines: 3 },
];

/** As many as a window of 1280 pixels shows beside Slack's list of channels; rates and trends are in `golive slo`. */
const HEAD = ["SLO", "Standing", "Value (bar)", "Budget", "Burn"] as const;
const COLUMNS: NonNullable<TableBlock["column_settings"]> = HEAD.map((name) => ({
  align: name === "Budget" ? "right" : "left",
  is_wrapped: name === "SLO" || name === "Value (bar)",
}));

/** The answer to `/golive slo`, for one person: every SLO, and why those stand so that aren't kept. */
export function sloStatusReply(report: SloReport): Reply {
  const text = shorten(line(`${report.service}: ${sloSentence(report)}.`), BUDGET.message.text);
  return {
    text,
    ...fitting(SIZES, (size) => {
      const before = [section(`*${line(report.service)}* · ${line(sloSentence(report))}.`), ...burning(report)];
      const after = [...reasons(report, size), context(footer(report))];
      const rows = sloLines(report);
      const blocks: MessageBlock[] = [...before, table(report, rows, size), ...after];
      return { blocks, fallback: [...before, ...instead(rows), ...after] };
    }),
  };
}

function burning({ burning: open }: SloReport): KnownBlock[] {
  if (open.length === 0) return [];
  const lines = open.map(({ severity, since, says }) => {
    return `${severity === "page" ? "🛑 *burning*" : "⚠️ burning slowly"} since ${when(since)}: ${shorten(line(says), 300)}.`;
  });
  return packed(lines).map((text) => section(text));
}

function table(report: SloReport, lines: readonly SloLine[], { cell: most }: Size): TableBlock {
  const readingOf = (id: string) => report.slos.find((slo) => slo.id === id);
  return {
    type: "table",
    column_settings: COLUMNS,
    rows: [
      HEAD.map((text) => cell(text, most)),
      ...lines.map((each) => {
        const reading = readingOf(each.id);
        const { title } = each;
        const [left, burn] = [budgetShare(reading?.budgetLeft ?? null), burnWord(reading, report)];
        const against = againstText(each, most);
        return [title, standingText(each.standing), against, left, burn].map((text) => cell(text, 2 * most + 3));
      }),
    ],
  };
}

/** "99.9 % (≥ 99.5 %)"; where both say the same, once. */
function againstText({ value, bar }: SloLine, most: number): string {
  const [is, held] = [plain(value, most).text, plain(bar, most).text];
  return is === held ? is : `${is} (${held})`;
}

const cell = (text: string, max: number) => ({ type: "raw_text" as const, text: plain(text, max).text });

const WORDS = { pass: "kept", fail: "missed", inconclusive: "can't be told" } as const;
const standingText = (standing: SloReading["standing"]): string => `${MARKS[standing].emoji} ${WORDS[standing]}`;

/** How fast the budget goes: what an open alert says, else whether the last hours use it up sooner than the window ends. */
function burnWord(reading: SloReading | undefined, { burning: open }: SloReport): string {
  const alerts = open.filter(({ slo }) => slo === reading?.id);
  if (alerts.length > 0) return alerts.some(({ severity }) => severity === "page") ? "fast" : "slow";
  if (reading === undefined || reading.burn.length === 0) return "–";
  return reading.burn.some(({ rate }) => rate > 1) ? "raised" : "calm";
}

/** The same in lines of mrkdwn, for a Slack that refuses tables. */
const instead = (lines: readonly SloLine[]): KnownBlock[] =>
  packed(
    lines.map(({ title, standing, value, bar, budget, trend }) => {
      const parts = [standingText(standing), `${bold(title, 60)} ${line(value)}`, `bar ${line(bar)}`];
      return [...parts, `budget ${budget}`, trend].join(" · ");
    }),
  ).map((text) => section(text));

/** Why what isn't kept stands so; what can't be told says what it lacks. */
function reasons({ slos }: SloReport, { says, lines: most }: Size): KnownBlock[] {
  const open = slos.filter(({ standing }) => standing !== "pass");
  const shown = [...open].sort((a, b) => Number(b.standing === "fail") - Number(a.standing === "fail")).slice(0, most);
  const texts = shown.map((slo) => {
    const trend = slo.trend === null ? "" : ` ${trendWords(slo.trend)}`;
    return `${MARKS[slo.standing].emoji} ${bold(sloTitle(slo.id), 60)}${trend}: ${shorten(line(slo.says), says)}`;
  });
  const rest = open.length - shown.length;
  const all = rest > 0 ? [...texts, `_… and ${number(rest)} more: ${code("golive slo")} lists them_`] : texts;
  return packed(all).map((text) => section(text));
}

function footer({ windowDays, at, rolledUpAt, slos }: SloReport): string {
  const rolled = rolledUpAt === null ? "nothing was added up yet" : `requests added up ${when(rolledUpAt)}`;
  const allowed = slos.some(({ burn }) => burn.length > 0)
    ? [`raised: the budget goes sooner than in ${hoursWords(windowDays * 24)}; ${code("golive slo")} has the rates`]
    : [];
  return [`Over the last ${windowDays} days until ${when(at)}`, rolled, ...allowed].join(" · ");
}
