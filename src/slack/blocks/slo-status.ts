import type { KnownBlock, TableBlock } from "@slack/types";
import { type SloLine, sloLines, sloSentence } from "#src/operations/slo/lines";
import type { SloReading, SloReport } from "#src/operations/slo/slo";
import { sloTitle } from "#src/operations/slo/titles";
import { hoursWords, rateWords } from "#src/operations/slo/words";
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

const HEAD = ["SLO", "Standing", "Value", "Bar", "Budget left", "Burn 1 h", "Burn 6 h", "Trend"] as const;
const COLUMNS: NonNullable<TableBlock["column_settings"]> = HEAD.map((name) => ({
  align: /Value|Bar|Burn/.test(name) ? "right" : "left",
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

function table({ slos }: SloReport, lines: readonly SloLine[], { cell: most }: Size): TableBlock {
  const readingOf = (id: string) => slos.find((slo) => slo.id === id);
  return {
    type: "table",
    column_settings: COLUMNS,
    rows: [
      HEAD.map((text) => cell(text, most)),
      ...lines.map((each) => {
        const reading = readingOf(each.id);
        const { title, value, bar, budget, trend } = each;
        const standing = standingText(each.standing);
        return [title, standing, value, bar, budget, burnAt(reading, 1), burnAt(reading, 6), trend].map((text) =>
          cell(text, most),
        );
      }),
    ],
  };
}

const cell = (text: string, max: number) => ({ type: "raw_text" as const, text: plain(text, max).text });

const WORDS = { pass: "kept", fail: "missed", inconclusive: "can't be told" } as const;
const standingText = (standing: SloReading["standing"]): string => `${MARKS[standing].emoji} ${WORDS[standing]}`;

function burnAt(reading: SloReading | undefined, hours: number): string {
  const found = reading?.burn.find((each) => each.hours === hours);
  return found === undefined ? "–" : rateWords(found.rate);
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
  const texts = shown.map(
    (slo) => `${MARKS[slo.standing].emoji} ${bold(sloTitle(slo.id), 60)}: ${shorten(line(slo.says), says)}`,
  );
  const rest = open.length - shown.length;
  const all = rest > 0 ? [...texts, `_… and ${number(rest)} more: ${code("golive slo")} lists them_`] : texts;
  return packed(all).map((text) => section(text));
}

function footer({ windowDays, at, rolledUpAt, slos }: SloReport): string {
  const rolled = rolledUpAt === null ? "nothing was added up yet" : `requests added up ${when(rolledUpAt)}`;
  const allowed = slos.some(({ burn }) => burn.length > 0)
    ? [`burn 1× uses the budget up in exactly ${hoursWords(windowDays * 24)}`]
    : [];
  return [`Over the last ${windowDays} days until ${when(at)}`, rolled, ...allowed].join(" · ");
}
