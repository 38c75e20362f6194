import { setTimeout as wait } from "node:timers/promises";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { planText, rollbackJson, rollbackText, stepText } from "#src/cli/rollback-text";
import type { RollbackTarget } from "#src/rollback/events";
import type { RollbackView } from "#src/rollback/view";

export type RollbackFlags = {
  readonly service?: string;
  readonly as?: string;
  readonly reason: string;
  readonly confirm?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

const LOOK_EVERY_MS = 100;

/** Plans a rollback, and with --confirm carries it out in this process, step by step, until it has ended or waits for somebody. */
export async function rollBackNow(io: Io, typed: string, flags: RollbackFlags): Promise<ExitCode> {
  const target: RollbackTarget = typed === "previous" ? { kind: "previous" } : { kind: "backup", backup: typed };
  const user = flags.dryRun === true ? null : requireActor(flags.as);
  return withCore(io, { service: flags.service, works: true, withoutSlackIfAway: true }, async (session) => {
    const { core, service, withSlack } = session;
    const options = { json: flags.json === true, withSlack };
    const planned = await core.rollbacks.plan(service.id, target);
    if (!planned.ok) return printRefusal(io, planned.refusal, options);
    if (user === null || flags.confirm !== true) {
      if (flags.json === true) printJson(io, { ok: user === null, service: service.id, target, plan: planned.plan });
      else void io.out(planText(service.id, planned.plan));
      if (user === null) return EXIT.pass;
      io.err("A rollback changes what customers get, so nothing was done. Add --confirm to do exactly this.\n");
      return EXIT.usage;
    }
    const outcome = await core.rollbacks.request({
      ...(await resolveActor(core, user)),
      service: service.id,
      target,
      seen: planned.seen,
      reason: flags.reason,
      key: null,
    });
    if (!outcome.ok) return printRefusal(io, outcome.refusal, options);
    return report(io, flags, await follow(session, io, outcome.rollback), true);
  });
}

/** Confirms, or gives up, the rollback that waits. What then is under way is carried out here. */
export async function actOnRollback(
  io: Io,
  type: "approve" | "break-glass" | "withdraw",
  flags: RollbackFlags,
): Promise<ExitCode> {
  const user = requireActor(flags.as);
  if (type !== "withdraw" && flags.confirm !== true) {
    throw new CliError(
      "A rollback changes what customers get, so nothing was done. Look at `golive rollback status`, then add --confirm.",
    );
  }
  return withCore(io, { service: flags.service, works: true, withoutSlackIfAway: true }, async (session) => {
    const { core, service, withSlack } = session;
    const view = await core.rollbacks.currentRollback(service.id);
    if (view === null)
      throw new CliError(`No rollback of ${service.id} waits, so there is nothing to decide.`, EXIT.failed);
    const actor = await resolveActor(core, user);
    const intent = type === "approve" ? { type, ...actor } : { type, ...actor, reason: flags.reason };
    const outcome = await core.rollbacks.act(view.rollback.id, null, intent);
    if (!outcome.ok) return printRefusal(io, outcome.refusal, { json: flags.json === true, withSlack });
    return report(io, flags, await follow(session, io, view.rollback.id), true);
  });
}

/** The rollback that waits or is under way, else the newest. */
export async function rollbackStatus(io: Io, flags: RollbackFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service, withoutSlackIfAway: true }, async ({ core, service }) => {
    const view = await core.rollbacks.currentRollback(service.id);
    if (view !== null) return report(io, flags, view);
    if (flags.json === true) printJson(io, { ok: true, service: service.id, rollback: null });
    else void io.out(`${service.id} was never rolled back by Golive.\n`);
    return EXIT.pass;
  });
}

/** Works the rollback off in this process (a running bot may help), and tells each step on stderr when it has ended. */
async function follow({ core }: Session, io: Io, id: string): Promise<RollbackView> {
  const told = new Set<string>();
  const stopped = io.stopSignal().then(() => true);
  await core.startWorkers({ cutovers: false });
  for (;;) {
    const view = await core.rollbacks.rollback(id);
    if (view === null) throw new CliError("The rollback is gone from the journal.", EXIT.inconclusive);
    const { steps, standing } = view.rollback;
    for (const step of steps) {
      if (step.finishedAt === null || told.has(step.id)) continue;
      told.add(step.id);
      io.err(stepText(step, view.rollback));
    }
    if (standing !== "running") return view;
    if (await Promise.race([stopped, wait(LOOK_EVERY_MS, false)])) {
      throw new CliError(
        "Interrupted. Nothing is lost: the running bot goes on with the rollback, or `golive rollback status` shows how it stands.",
        EXIT.interrupted,
      );
    }
  }
}

/** `told`: its steps were told on stderr as they ended. 0: complete, or withdrawn before anything happened · 1: a step failed, or nothing was moved · 3: it waits for somebody, or runs. */
function report(io: Io, flags: RollbackFlags, view: RollbackView, told = false): ExitCode {
  const code = CODES[view.rollback.standing];
  if (flags.json === true) printJson(io, rollbackJson(code === EXIT.pass, view));
  else void io.out(rollbackText(view, !told));
  return code;
}

const CODES: Readonly<Record<RollbackView["rollback"]["standing"], ExitCode>> = {
  complete: EXIT.pass,
  withdrawn: EXIT.pass,
  incomplete: EXIT.failed,
  refused: EXIT.failed,
  waiting: EXIT.inconclusive,
  running: EXIT.inconclusive,
};
