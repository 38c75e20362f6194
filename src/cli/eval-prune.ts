import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { toPolicy } from "#src/config/to-policy";
import type { Pruning } from "#src/evaluation/prune-evaluations";
import { refuseRight } from "#src/release/rights";

export type PruneFlags = {
  readonly service?: string;
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/** Deletes evaluations that golive.yaml keeps no longer. It takes the right `canary`, as a baseline does; looking takes none. */
export async function evalPrune(io: Io, flags: PruneFlags): Promise<ExitCode> {
  const dry = flags.dryRun === true;
  const user = dry ? null : requireActor(flags.as);
  return withCore(io, { service: flags.service }, async ({ core, config, service, withSlack }) => {
    const { retention } = core.evaluations;
    const days = config.golive.evaluations.keep_days;
    if (user === null) {
      tell(io, flags, await retention.plan(service.id), days);
      return EXIT.pass;
    }
    const { actor, members } = await resolveActor(core, user);
    const refusal = refuseRight(toPolicy(config, service), "canary", actor, members, "delete old evaluations");
    if (refusal !== null) return printRefusal(io, refusal, { json: flags.json === true, withSlack });
    tell(io, flags, await retention.prune(service.id, actor), days);
    return EXIT.pass;
  });
}

function tell(io: Io, flags: PruneFlags, { before, runs, kept }: Pruning, days: number): void {
  const dry = flags.dryRun === true;
  if (flags.json === true) {
    printJson(io, { ok: true, dry_run: dry, keep_days: days, before: new Date(before).toISOString(), runs, kept });
    return;
  }
  const what = runs.length === 1 ? "1 evaluation" : `${runs.length} evaluations`;
  const stays = kept.map(
    ({ run, because }) => `${run} stays: it ${because === "baseline" ? "is a baseline" : "is of the open release"}.\n`,
  );
  void io.out(
    runs.length === 0
      ? `No evaluation ended more than ${days} days ago that may go; nothing was deleted.\n`
      : `${what} that ended more than ${days} days ago ${dry ? "would be" : runs.length === 1 ? "is" : "are"} deleted${dry ? "; nothing was" : ""}: ${runs.join(", ")}\n`,
  );
  for (const line of stays) void io.out(line);
}
