import { KINDS } from "#src/operations/kinds";
import { weekSubject } from "#src/operations/week";
import type { WeekRow, WeekView } from "#src/operations/week-view";
import type { Instant } from "#src/release/policy";
import type { EvaluationProgress } from "#src/release/view";
import { context, header, type MessageBlock, section, type TaggedMessage } from "#src/slack/blocks/elements";
import { elapsed, when } from "#src/slack/blocks/times";
import { VERDICT_WORDS } from "#src/slack/blocks/verdict-words";
import { line, plainLine, shorten } from "#src/slack/escape";
import { OPERATION_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** Rows that fit: a week of seven kinds a night; of more the newest are shown. */
const MOST_ROWS = 42;
/** So many rows stand in one block of at most 3,000 characters. */
const ROWS_A_BLOCK = 7;

/** The one message of a service's week: a row per run, the quiet ones too. Null while nothing has run. */
export function weekMessage({ service, week, rows }: WeekView, now: Instant): TaggedMessage | null {
  if (!rows.some(({ standing }) => standing !== "skipped")) return null;
  const shown = rows.slice(-MOST_ROWS);
  const hidden = rows.length - shown.length;
  const lines = shown.map(rowText);
  const blocks: MessageBlock[] = [
    header(`${shorten(plainLine(service), 100)} · week ${week.slice(6)} of ${week.slice(0, 4)}`),
  ];
  for (let at = 0; at < lines.length; at += ROWS_A_BLOCK)
    blocks.push(section(lines.slice(at, at + ROWS_A_BLOCK).join("\n")));
  const more = hidden > 0 ? [`${hidden} earlier ones are in the journal`] : [];
  blocks.push(context([...more, `updated ${when(now)}`, "what passed is a line in the thread"].join(" · ")));
  return {
    text: shorten(`${line(service)}, week ${week}: ${tally(rows)}`, BUDGET.message.text),
    blocks: blocks as TaggedMessage["blocks"],
    metadata: { event_type: OPERATION_METADATA, event_payload: { subject: weekSubject(service, week), service } },
  };
}

function rowText(row: WeekRow): string {
  const title = `*${KINDS[row.kind].title}*`;
  if (row.standing === "skipped") {
    const fires = row.fires > 1 ? ` (${row.fires} fires)` : "";
    return `➖ skipped · ${title} ${when(row.at)}${fires} · ${shorten(line(row.says), 160)}`;
  }
  const asked = row.by === null ? "" : ` · asked for by ${line(row.by)}`;
  const missed = row.missed > 0 ? ` · also for ${row.missed} missed before` : "";
  const what = `${title} #${row.number} ${when(row.at)}${asked}${missed}`;
  if (row.standing === "running")
    return `⏳ running · ${what}${row.progress === undefined ? "" : farText(row.progress)}`;
  return `${VERDICT_WORDS[row.verdict]} · ${what} · ${shorten(line(row.summary), 200)}`;
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
