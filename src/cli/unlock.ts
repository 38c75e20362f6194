import { EXIT } from "#src/cli/io";
import { chooseService, requireActor, withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/program";
import { namesFrom, refusalText } from "#src/release/refusal-text";

type Flags = { readonly service?: string; readonly as?: string; readonly reason: string; readonly rootCause: string };

export const registerUnlock: Register = (program, io, finish) => {
  program
    .command("unlock")
    .description("allow go-lives of a service again, with the root cause written down")
    .option("--service <id>", "which service (default: the only one)")
    .option("--as <user>", "your Slack user id")
    .requiredOption("--reason <text>", "why it may go on")
    .requiredOption("--root-cause <text>", "what went wrong")
    .action(async (flags: Flags) => {
      await withCore(io, async (core, config) => {
        const service = chooseService(config, flags.service);
        const user = requireActor(flags.as);
        const [actor, members] = await Promise.all([core.identity.person(user, core.team), core.identity.members()]);
        const { reason, rootCause } = flags;
        const outcome = await core.useCases.unlockService({
          actor,
          members,
          service: service.id,
          reason,
          rootCause,
          key: null,
        });
        if (outcome.ok) io.out(`${service.id} is unlocked: releases can go live again.\n`);
        else io.err(`${refusalText(outcome.refusal, namesFrom(null))}\n`);
        finish(outcome.ok ? EXIT.pass : EXIT.failed);
      });
    });
};
