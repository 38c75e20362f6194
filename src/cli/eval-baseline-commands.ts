import type { Command } from "commander";
import type { BaselineFlags } from "#src/cli/eval-baseline";
import type { ExitCode, Io } from "#src/cli/io";

const commands = () => import("#src/cli/eval-baseline");

/** `golive eval baseline …`. */
export function addBaselineCommands(evaluation: Command, io: Io, finish: (code: ExitCode) => void): void {
  const baseline = evaluation.command("baseline").description("what evaluations are compared with");
  const common = (command: Command) =>
    command
      .option("--service <id>", "which service (default: the only one)")
      .option("--json", "one JSON document on stdout");
  common(baseline.command("set").argument("<run>", "a finished evaluation"))
    .description("compare later evaluations with this one")
    .requiredOption("--reason <text>", "why this one")
    .option("--as <user>", "your Slack user id")
    .action(async (run: string, flags: BaselineFlags & { reason: string }) =>
      finish(await (await commands()).setBaseline(io, run, flags)),
    );
  common(baseline.command("list"))
    .description("every baseline that was set, newest first")
    .action(async (flags: BaselineFlags) => finish(await (await commands()).listBaselines(io, flags)));
  common(baseline.command("show"))
    .description("the baseline that was set last")
    .action(async (flags: BaselineFlags) => finish(await (await commands()).showBaseline(io, flags)));
  common(baseline.command("regrade"))
    .description("grade the baseline's stored answers with today's judge, without asking the service again")
    .option("--reason <text>", "why (default: the reason it was set for)")
    .option("--as <user>", "your Slack user id")
    .action(async (flags: BaselineFlags) => {
      const { regradeBaseline } = await import("#src/cli/regrade-baseline");
      finish(await regradeBaseline(io, flags));
    });
}
