import { iso, utc } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";
import { KINDS } from "#src/operations/kinds";
import type { ScheduleRow, ScheduleView } from "#src/operations/schedule-view";
import type { EndedOperation } from "#src/operations/state";

/** Next and last run of each kind, for a terminal; same words and order as in Slack. Ends with a line break. */
export function scheduleText({ service, rows }: ScheduleView): string {
  return `${service}\n${rows.flatMap(rowLines).join("\n")}\n`;
}

function rowLines(row: ScheduleRow): readonly string[] {
  const { kind, schedule, open, last, lastPass, skipped } = row;
  const rhythm = schedule === null ? "" : ` (${schedule.cron}, ${schedule.zone})`;
  return [
    `${KINDS[kind].title.padEnd(18)} ${nextWords(row)}${rhythm}`,
    ...(open === null ? [] : [`  running: #${open.number} since ${utc(open.since)}`]),
    ...(last === null ? [] : wrap("  ", `${last.verdict}: #${last.number} ${utc(last.at)} · ${last.summary}`)),
    ...(last === null || last.verdict === "pass" ? [] : [`  ${passed(lastPass)}`]),
    ...(skipped !== null && skipped.at > (last?.at ?? 0)
      ? wrap("  ", `skipped: ${utc(skipped.due)} · ${skipped.says}`)
      : []),
  ];
}

function nextWords({ schedule, next, isDue }: ScheduleRow): string {
  if (schedule === null) return "not scheduled";
  if (next === null) return "never again";
  return isDue ? `due since ${utc(next)}` : utc(next);
}

const passed = (last: EndedOperation | null): string =>
  last === null ? "It has never passed." : `The last that passed: #${last.number} ${utc(last.at)}.`;

const ended = (run: EndedOperation | null) =>
  run === null
    ? null
    : { operation: run.operation, number: run.number, verdict: run.verdict, summary: run.summary, at: iso(run.at) };

/** The same as one JSON document. */
export function scheduleJson({ service, rows }: ScheduleView) {
  return {
    ok: true,
    service,
    kinds: rows.map(({ kind, schedule, next, isDue, open, runs, last, lastPass, skipped }) => ({
      kind,
      cron: schedule?.cron ?? null,
      zone: schedule?.zone ?? null,
      next: next === null ? null : iso(next),
      due: isDue,
      open: open === null ? null : { operation: open.operation, number: open.number, since: iso(open.since) },
      runs,
      last: ended(last),
      last_pass: ended(lastPass),
      skipped:
        skipped === null
          ? null
          : { fire: iso(skipped.due), because: skipped.because, says: skipped.says, at: iso(skipped.at) },
    })),
  };
}
