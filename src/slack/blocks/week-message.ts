import { KINDS } from "#src/operations/kinds";
import { weekSubject } from "#src/operations/week";
import type { WeekRow, WeekView } from "#src/operations/week-view";
import type { Instant } from "#src/release/policy";
import type { EvaluationProgress } from "#src/release/view";
import { context, header, type MessageBlock, section, type TaggedMessage } from "#src/slack/blocks/elements";
import { type Drawn, fitting } from "#src/slack/blocks/fitting";
import { elapsed, when } from "#src/slack/blocks/times";
import { VERDICT_WORDS } from "#src/slack/blocks/verdict-words";
import { line, plainLine, shorten } from "#src/slack/escape";
import { OPERATION_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** How much of a week is shown: rows, and characters of what each says. A week of six kinds a night is 42 rows. */
type Size = { readonly rows: number; readonly says: number };
const SIZES: readonly [Size, ...Size[]] = [
  { rows: 50, says: 200 },
  { rows: 50, says: 100 },
  { rows: 42, says: 50 },
  { rows: 28, says: 30 },
  { rows: 14, says: 30 },
];
/** So many rows stand in one block of at most 3,000 characters. */
const ROWS_A_BLOCK = 7;

/** The one message of a service's week: a row per run, the quiet ones too, and those that became none. Null while there is neither. */
export function weekMessage(view: WeekView, now: Instant): WeekMessage | null {
  const { service, week, rows } = view;
  if (rows.length === 0) return null;
  return {
    text: shorten(`${line(service)}, week ${week}: ${tally(rows)}`, BUDGET.message.text),
    blocks: fitting(SIZES, (size) => layout(view, now, size)).blocks,
    metadata: { event_type: OPERATION_METADATA, event_payload: { subject: weekSubject(service, week), service } },
  };
}

export type WeekMessage = Pick<TaggedMessage, "text" | "metadata"> & { readonly blocks: readonly MessageBlock[] };

function layout({ service, week, rows }: WeekView, now: Instant, size: Size): Drawn {
  const shown = rows.slice(-size.rows);
  const hidden = rows.length - shown.length;
  const lines = shown.map((row) => rowText(row, size.says));
  const packs = Array.from({ length: Math.ceil(lines.length / ROWS_A_BLOCK) }, (_, index) =>
    lines.slice(index * ROWS_A_BLOCK, (index + 1) * ROWS_A_BLOCK),
  );
  const more = hidden > 0 ? [`${hidden} earlier ones are in the journal`] : [];
  const blocks: MessageBlock[] = [
    header(`${shorten(plainLine(service), 100)} · week ${week.slice(6)} of ${week.slice(0, 4)}`),
    ...packs.map((pack) => section(pack.join("\n"))),
    context([...more, `updated ${when(now)}`, "what passed is a line in the thread"].join(" · ")),
  ];
  return { blocks, fallback: blocks };
}

function rowText(row: WeekRow, says: number): string {
  const title = `*${KINDS[row.kind].title}*`;
  if (row.standing === "skipped") {
    const fires = row.fires > 1 ? ` (${row.fires} fires)` : "";
    return `➖ skipped · ${title} ${when(row.at)}${fires} · ${shorten(line(row.says), says)}`;
  }
  const asked = row.by === null ? "" : ` · asked for by ${shorten(line(row.by), 60)}`;
  const missed = row.missed > 0 ? ` · also for ${row.missed} missed before` : "";
  const what = `${title} #${row.number} ${when(row.at)}${asked}${missed}`;
  if (row.standing === "running")
    return `⏳ running · ${what}${row.progress === undefined ? "" : farText(row.progress)}`;
  return `${VERDICT_WORDS[row.verdict]} · ${what} · ${shorten(line(row.summary), says)}`;
}

/** " · 34 of 84 questions, about 12 min left". */
function farText({ done, planned, secondsLeft }: EvaluationProgress): string {
  const left = secondsLeft === null ? "" : `, about ${elapsed(1000 * secondsLeft)} left`;
  return ` · ${done} of ${planned} questions${left}`;
}

/** "5 passed, 1 failed, 1 running, 2 skipped". */
function tally(rows: readonly WeekRow[]): string {
  const words = rows.map((row) => (row.standing === "ended" ? SAID[row.verdict] : row.standing));
  const counted = [...new Set(words)].map((word) => `${words.filter((each) => each === word).length} ${word}`);
  return counted.join(", ");
}

const SAID = { pass: "passed", fail: "failed", inconclusive: "inconclusive", error: "ended in an error" } as const;
