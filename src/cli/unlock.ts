import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import type { Register } from "#src/cli/register";

type Flags = {
  readonly service?: string;
  readonly as?: string;
  readonly json?: boolean;
  readonly reason: string;
  readonly rootCause: string;
};

export const registerUnlock: Register = (program, io, finish) => {
  program
    .command("unlock")
    .description("allow go-lives of a service again, with the root cause written down")
    .option("--service <id>", "which service (default: the only one)")
    .option("--json", "one JSON document on stdout")
    .option("--as <user>", "your Slack user id")
    .requiredOption("--reason <text>", "why it may go on")
    .requiredOption("--root-cause <text>", "what went wrong")
    .action(async (flags: Flags) => finish(await unlock(io, flags)));
};

async function unlock(io: Io, flags: Flags): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, { service: flags.service }, async ({ core, service, withSlack }) => {
    const outcome = await core.useCases.unlockService({
      ...(await resolveActor(core, user)),
      service: service.id,
      reason: flags.reason,
      rootCause: flags.rootCause,
      key: null,
    });
    if (!outcome.ok) return printRefusal(io, outcome.refusal, { json: flags.json === true, withSlack });
    if (flags.json === true) printJson(io, { ok: true, service: service.id, locked: false });
    else void io.out(`${service.id} is unlocked: releases can go live again.\n`);
    return EXIT.pass;
  });
}
