import { tooSmallSentence } from "#src/canary/gold-too-small";
import type { CanaryPolicy } from "#src/canary/kpi";
import { bucketOfLine, isUnsorted, type RefusedLine, type Replayed, replayCanary } from "#src/canary/replay";
import { canaryPolicy } from "#src/cli/canary-policy";
import { canaryJson, canaryText, exitOf } from "#src/cli/canary-report";
import { CliError, type ExitCode, type Io, printJson } from "#src/cli/io";
import { readLines } from "#src/cli/read-lines";
import { readSorted } from "#src/cli/sort-lines";

/** Refused lines that are named on stderr; the others are counted. */
const MOST_NAMED = 20;

/** `golive canary replay`: the verdict over a file of any size, read once. What can't be used is named on stderr. */
export async function canaryReplay(
  io: Io,
  { file, json }: { readonly file: string; readonly json: boolean },
): Promise<ExitCode> {
  const policy = await canaryPolicy(io);
  const refused: RefusedLine[] = [];
  const first = replayCanary(policy, (line) => {
    const alike = refused.filter(({ kind }) => (kind === "time") === (line.kind === "time"));
    if (alike.length < MOST_NAMED) refused.push(line);
  });
  await readLines(file, "replayed", first.line);
  const unsorted = first.end();
  const sorts = isUnsorted(unsorted);
  const replayed = sorts ? await replaySorted(policy, file, unsorted) : unsorted;
  // Sorted, other times may be found impossible, and lines have no number any more.
  tellRefused(io, file, sorts ? refused.filter(({ kind }) => kind !== "time") : refused, replayed.refused);
  if (replayed.lines > 0 && replayed.refused === replayed.lines)
    throw new CliError(`${file} can't be replayed: none of its ${replayed.lines} lines is an observation.`);
  if (sorts) io.err(`${file}: its lines are not in the order of time; they were sorted first, so that none is late\n`);
  const notes = notesOf(policy, replayed);
  if (json) {
    printJson(io, canaryJson(replayed.report));
    for (const note of [...notes, ...replayed.report.reasons]) io.err(`${note}\n`);
  } else {
    await io.out(canaryText(replayed.report, policy, [`${file}: ${summary(policy, replayed)}`, ...notes]));
  }
  return exitOf(replayed.report);
}

/** Once more, in the order of time. Lines that are no observation were counted the first time. */
async function replaySorted(policy: CanaryPolicy, file: string, unsorted: Replayed): Promise<Replayed> {
  const replay = replayCanary(policy, () => undefined);
  await readSorted(file, "replayed", bucketOfLine, replay.line);
  const unusable = unsorted.lines - replay.lines();
  return replay.end(unusable);
}

function tellRefused(io: Io, file: string, refused: readonly RefusedLine[], all: number): void {
  const named = refused.toSorted((a, b) => a.line - b.line).slice(0, MOST_NAMED);
  for (const { line, sentence } of named) io.err(`${file}:${line}: refused: ${sentence}\n`);
  if (all > named.length) io.err(`${file}: and ${all - named.length} more lines were refused\n`);
}

function summary({ durationHours }: CanaryPolicy, { lines, refused, duplicates, state, report }: Replayed): string {
  const { baseline, canary } = state.counts;
  const sum = (key: "late" | "unpaired" | "after") => number(baseline[key] + canary[key]);
  return (
    `${number(lines)} lines, ${report.hours} of ${durationHours} hours with data on both arms; counted ${number(baseline.counted)} of the ` +
    `baseline (${share(baseline)} failed) and ${number(canary.counted)} of the canary (${share(canary)} failed); refused ${number(refused)}, ` +
    `duplicates ${number(duplicates)}, too late ${sum("late")}, without a partner ${sum("unpaired")}, after the window ${sum("after")}.`
  );
}

function notesOf(policy: CanaryPolicy, { state, lines, questions }: Replayed): string[] {
  const late = state.counts.baseline.late + state.counts.canary.late;
  const tooSmall = questions === 0 ? null : tooSmallSentence(policy, questions);
  return [
    ...(lines === 0 ? ["The file holds no observations: nothing is known, and nothing is healthy."] : []),
    ...(late > 0
      ? [
          `${number(late)} observations came after their bucket was closed and were not bet: is the file sorted by time?`,
        ]
      : []),
    ...(tooSmall === null ? [] : [tooSmall]),
  ];
}

const share = ({ failed, counted }: { readonly failed: number; readonly counted: number }): string =>
  counted === 0 ? "0 %" : `${Number(((100 * failed) / counted).toPrecision(2))} %`;
const number = (value: number): string => value.toLocaleString("en-US");
