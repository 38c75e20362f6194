import { KINDS } from "#src/operations/kinds";
import type { ScheduleRow, ScheduleView } from "#src/operations/schedule-view";
import { context, type Message, section } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { VERDICT_WORDS } from "#src/slack/blocks/verdict-words";
import { code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** The answer to `/golive schedule`, for one person: next and last run of each kind, what was skipped and why. */
export function scheduleReply({ service, rows }: ScheduleView): Message {
  const scheduled = rows.filter(({ schedule }) => schedule !== null);
  const [first] = scheduled
    .filter(({ next }) => next !== null)
    .toSorted((one, other) => (one.next ?? 0) - (other.next ?? 0));
  const summary =
    first === undefined
      ? `Nothing of ${code(service)} is scheduled.`
      : `Next of ${code(service)}: ${KINDS[first.kind].title} ${nextWords(first)}.`;
  const how =
    scheduled.length === rows.length
      ? "Schedules stand in golive.yaml."
      : "What is not scheduled can be: see `schedules` in golive.yaml.";
  return {
    text: shorten(summary, BUDGET.message.text),
    blocks: [
      section(summary),
      ...rows.map((row) => section(rowText(row))),
      context(`${code("/golive run smoke")} starts one now, for who has the right to start. ${how}`),
    ],
  };
}

function rowText(row: ScheduleRow): string {
  const { kind, schedule, open, last, lastPass, skipped } = row;
  const rhythm = schedule === null ? "" : ` · ${code(schedule.cron)} ${line(schedule.zone)}`;
  return [
    `*${KINDS[kind].title}* · ${nextWords(row)}${rhythm}`,
    ...(open === null ? [] : [`⏳ running · #${open.number} since ${when(open.since)}`]),
    ...(last === null
      ? []
      : [`${VERDICT_WORDS[last.verdict]} · #${last.number} ${when(last.at)} · ${shorten(line(last.summary), 300)}`]),
    ...(last !== null && last.verdict !== "pass" ? [lastPassWords(lastPass)] : []),
    // What was skipped before the last run is history.
    ...(skipped !== null && skipped.at > (last?.at ?? 0)
      ? [`➖ skipped · ${when(skipped.due)} · ${shorten(line(skipped.says), 200)}`]
      : []),
  ].join("\n");
}

function nextWords({ next, isDue, schedule, open }: ScheduleRow): string {
  if (schedule === null) return "not scheduled";
  if (next === null) return "never again";
  if (!isDue) return when(next);
  return open === null
    ? `due since ${when(next)}: it begins as soon as nothing is being moved`
    : `due since ${when(next)}`;
}

const lastPassWords = (passed: ScheduleRow["lastPass"]): string =>
  passed === null ? "It has never passed." : `The last that passed: #${passed.number} ${when(passed.at)}.`;

/** The answer to `/golive run`. */
export const startedReply = (title: string, service: string): Message => {
  const text = `${title} of ${code(service)} has begun. Its result comes into the channel if it isn't a pass, else into the week's thread.`;
  return { text, blocks: [section(text)] };
};
