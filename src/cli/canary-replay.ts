import { pairsToProve } from "#src/canary/detectable";
import type { CanaryPolicy } from "#src/canary/kpi";
import { needsGold } from "#src/canary/observation";
import { type RefusedLine, type Replayed, replayCanary } from "#src/canary/replay";
import { canaryPolicy } from "#src/cli/canary-policy";
import { canaryJson, canaryText, exitOf } from "#src/cli/canary-report";
import { CliError, type ExitCode, type Io, printJson } from "#src/cli/io";
import { readLines } from "#src/cli/read-lines";

/** Refused lines that are named on stderr; the others are counted. */
const MOST_NAMED = 20;

/** `golive canary replay`: the verdict over a file of any size, read once. What can't be used is named on stderr. */
export async function canaryReplay(
  io: Io,
  { file, json }: { readonly file: string; readonly json: boolean },
): Promise<ExitCode> {
  const policy = await canaryPolicy(io);
  let refused = 0;
  const replay = replayCanary(policy, (line) => {
    if (++refused <= MOST_NAMED) io.err(`${refusedText(file, line)}\n`);
  });
  await readLines(file, "replayed", replay.line);
  const replayed = replay.end();
  if (refused > MOST_NAMED) io.err(`${file}: and ${refused - MOST_NAMED} more lines were refused\n`);
  if (replayed.lines > 0 && replayed.refused === replayed.lines)
    throw new CliError(`${file} can't be replayed: none of its ${replayed.lines} lines is an observation.`);
  const notes = notesOf(policy, replayed);
  if (json) {
    printJson(io, canaryJson(replayed.report));
    for (const note of [...notes, ...replayed.report.reasons]) io.err(`${note}\n`);
  } else {
    await io.out(canaryText(replayed.report, policy, [`${file}: ${summary(policy, replayed)}`, ...notes]));
  }
  return exitOf(replayed.report);
}

const refusedText = (file: string, { line, sentence }: RefusedLine): string => `${file}:${line}: refused: ${sentence}`;

function summary({ durationHours }: CanaryPolicy, { lines, refused, duplicates, state, report }: Replayed): string {
  const { baseline, canary } = state.counts;
  const sum = (key: "late" | "unpaired" | "after") => number(baseline[key] + canary[key]);
  return (
    `${number(lines)} lines, ${report.hours} of ${durationHours} hours with data on both arms; counted ${number(baseline.counted)} of the ` +
    `baseline (${share(baseline)} failed) and ${number(canary.counted)} of the canary (${share(canary)} failed); refused ${number(refused)}, ` +
    `duplicates ${number(duplicates)}, too late ${sum("late")}, without a partner ${sum("unpaired")}, after the window ${sum("after")}.`
  );
}

function notesOf({ kpis, alpha }: CanaryPolicy, { state, lines, questions }: Replayed): string[] {
  const late = state.counts.baseline.late + state.counts.canary.late;
  const tolerances = kpis.flatMap((kpi) =>
    (kpi.kind === "bounded-mean" || kpi.kind === "paired-binary") && needsGold(kpi.of) ? [kpi.tolerance] : [],
  );
  const narrowest = Math.min(...tolerances);
  const needed = pairsToProve(narrowest, alpha);
  return [
    ...(lines === 0 ? ["The file holds no observations: nothing is known, and nothing is healthy."] : []),
    ...(late > 0
      ? [
          `${number(late)} observations came after their bucket was closed and were not bet: is the file sorted by time?`,
        ]
      : []),
    ...(questions > 0 && tolerances.length > 0 && questions < needed
      ? [
          `${number(questions)} different questions were compared; to prove a tolerance of ${narrowest * 100} points takes about ${number(needed)}.`,
        ]
      : []),
  ];
}

const share = ({ failed, counted }: { readonly failed: number; readonly counted: number }): string =>
  counted === 0 ? "0 %" : `${Number(((100 * failed) / counted).toPrecision(2))} %`;
const number = (value: number): string => value.toLocaleString("en-US");
