import { EXIT, printJson } from "#src/cli/io";
import { chooseService, requireActor, withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/program";
import { namesFrom, refusalText } from "#src/release/refusal-text";

export const registerRun: Register = (program, io, finish) => {
  const run = program.command("run").description("ingestion runs");
  run
    .command("adopt <run>")
    .description("record count and digest of a run that was ingested before Golive was there")
    .option("--service <id>", "which service (default: the only one)")
    .option("--as <user>", "your Slack user id")
    .option("--json", "one JSON document on stdout")
    .action(async (id: string, flags: { service?: string; as?: string; json?: boolean }) => {
      await withCore(io, async (core, config) => {
        const service = chooseService(config, flags.service);
        const user = requireActor(flags.as);
        const [actor, members] = await Promise.all([core.identity.person(user, core.team), core.identity.members()]);
        const outcome = await core.useCases.adoptRun({ actor, members, service: service.id, run: id, key: null });
        if (!outcome.ok) {
          io.err(`${refusalText(outcome.refusal, namesFrom(null))}\n`);
          return finish(EXIT.failed);
        }
        const adopted = (await core.useCases.service(service.id)).adopted[id];
        if (flags.json === true) printJson(io, { service: service.id, run: id, ...adopted });
        else io.out(`Adopted ${id}: ${adopted?.chunks ?? 0} chunks, digest ${adopted?.digest ?? ""}.\n`);
      });
    });
};
