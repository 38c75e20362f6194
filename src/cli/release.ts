import type { Command } from "commander";
import type { Register } from "#src/cli/register";
import {
  cancelRelease,
  cutOverRelease,
  type Flags,
  releaseStatus,
  signRelease,
  startRelease,
} from "#src/cli/release-acts";

export const registerRelease: Register = (program, io, finish) => {
  const release = program.command("release").description("the go-live: the same rules as in Slack");
  const common = (command: Command): Command =>
    command
      .option("--service <id>", "which service (default: the only one)")
      .option("--json", "one JSON document on stdout");
  const personal = (command: Command): Command => common(command).option("--as <user>", "your Slack user id");

  personal(release.command("start"))
    .description("freeze a candidate and run its checks")
    .option("--run <run>", "ingestion run (default: the newest complete one)")
    .option("--config <version>", "configuration version (default: the active one)")
    .option("--wait", "run the checks here and wait for them; without it the running bot does")
    .action(async (flags: Flags) => finish(await startRelease(io, flags)));
  common(release.command("status"))
    .description("where the release stands and what blocks it")
    .option("--wait", "run what is left to run here and wait for it")
    .action(async (flags: Flags) => finish(await releaseStatus(io, flags)));
  personal(release.command("sign <item>"))
    .description("give a sign-off")
    .action(async (item: string, flags: Flags) => finish(await signRelease(io, flags, item)));
  personal(release.command("cancel"))
    .description("end the release without touching the pointer")
    .requiredOption("--reason <text>", "why")
    .action(async (flags: Flags & { reason: string }) => finish(await cancelRelease(io, flags, flags.reason)));
  personal(release.command("cutover"))
    .description("flip the active pointer to the candidate")
    .option("--confirm", "needed: this changes what customers get")
    .action(async (flags: Flags) => finish(await cutOverRelease(io, flags)));
};
