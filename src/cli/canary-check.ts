import { tooSmallSentence } from "#src/canary/gold-too-small";
import { judgeOnce } from "#src/canary/one-look";
import { canaryPolicy } from "#src/cli/canary-policy";
import { canaryJson, canaryText, exitOf } from "#src/cli/canary-report";
import { readArm } from "#src/cli/canary-results";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";

export type CheckFlags = {
  readonly baseline: string;
  readonly evalResults: string;
  readonly duration?: number;
  readonly json?: boolean;
};

/** `golive canary check`: one look. A frozen baseline drifts, so what it shows asks people at most. */
export async function canaryCheck(io: Io, { baseline, evalResults, duration, json }: CheckFlags): Promise<ExitCode> {
  const configured = await canaryPolicy(io);
  const policy = { ...configured, durationHours: duration ?? configured.durationHours };
  const before = await readArm(baseline, "baseline");
  const after = await readArm(evalResults, "canary");
  if (before.epoch !== null && after.epoch !== null && before.epoch !== after.epoch) {
    throw new CliError(
      `${baseline} was graded in epoch ${before.epoch.slice(0, 8)}, ${evalResults} in ${after.epoch.slice(0, 8)}: another judge, prompt or way ` +
        "to check moves every number, so nothing was compared. Grade the baseline anew: golive eval baseline regrade.",
      EXIT.inconclusive,
    );
  }
  const look = judgeOnce(policy, [...before.observations, ...after.observations], Date.now());
  if (look.pairs === 0) {
    throw new CliError(
      `${baseline} and ${evalResults} have no query id in common, so nothing could be compared. Ask both the same questions.`,
    );
  }
  const tooSmall = tooSmallSentence(policy, look.pairs);
  const notes = [
    "The baseline is a frozen file, which drifts: a breach asks a person, and nothing is rolled back by it. " +
      `A canary of ${policy.durationHours} hours compares with a baseline that answers at the same time.`,
    ...(tooSmall === null ? [] : [tooSmall]),
  ];
  if (json === true) {
    printJson(io, canaryJson(look.report));
    for (const note of [...notes, ...look.report.reasons]) io.err(`${note}\n`);
  } else {
    const head = `One look: ${look.pairs} pairs of ${before.observations.length} baseline and ${after.observations.length} candidate cases.`;
    await io.out(canaryText(look.report, policy, [head, ...notes]));
  }
  return exitOf(look.report);
}
