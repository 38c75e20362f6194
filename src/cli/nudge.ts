import type { Register } from "#src/cli/register";
import type { NudgeFlags } from "#src/cli/search-nudges";

export const registerNudge: Register = (program, io, finish) => {
  program
    .command("nudge")
    .description(
      "look for better settings on what an evaluation of the live pair stored; asks no model, changes nothing",
    )
    .option("--service <id>", "which service (default: the only one)")
    .option("--evaluation <id>", "which evaluation (default: the newest finished one of what is live)")
    .option("--propose", "propose what was found; without it, it is only shown")
    .option("--as <user>", "with --propose: your Slack user id; takes the right start")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: NudgeFlags) =>
      finish(await (await import("#src/cli/search-nudges")).searchNudges(io, flags)),
    );
};
