import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import type { Register } from "#src/cli/register";

type Flags = { readonly service?: string; readonly as?: string; readonly json?: boolean };

export const registerRun: Register = (program, io, finish) => {
  const run = program.command("run").description("ingestion runs");
  run
    .command("adopt <run>")
    .description("record count and digest of a run that was ingested before Golive was there")
    .option("--service <id>", "which service (default: the only one)")
    .option("--json", "one JSON document on stdout")
    .option("--as <user>", "your Slack user id")
    .action(async (id: string, flags: Flags) => finish(await adopt(io, flags, id)));
};

async function adopt(io: Io, flags: Flags, run: string): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, { service: flags.service }, async ({ core, service, withSlack }) => {
    const { actor, members } = await resolveActor(core, user);
    const outcome = await core.useCases.adoptRun({ actor, members, service: service.id, run, key: null });
    if (!outcome.ok) return printRefusal(io, outcome.refusal, { json: flags.json === true, withSlack });
    const adopted = (await core.useCases.service(service.id)).adopted[run];
    const chunks = adopted?.chunks ?? null;
    const digest = adopted?.digest ?? null;
    if (flags.json === true) {
      const at = adopted === undefined ? null : new Date(adopted.at).toISOString();
      printJson(io, { ok: true, service: service.id, run, chunks, digest, by: actor.id, at });
    } else
      void io.out(`Adopted ${run}: ${chunks ?? "?"} chunks, digest ${digest ?? "?"}. Later gates compare with that.\n`);
    return EXIT.pass;
  });
}
