import { runJson, runLine, runText } from "#src/cli/eval-report";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { exitOf, measureRun } from "#src/cli/measure-run";
import { type Session, withCore } from "#src/cli/open-core";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { runHeader } from "#src/evaluation/run/write-results";

export type RunsFlags = { readonly service?: string; readonly reason?: string; readonly json?: boolean };

/** An evaluation as it stands, with the figures so far: the named one, or the newest. */
export async function evalStatus(io: Io, id: string | undefined, flags: RunsFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async (session) => {
    const { evaluations } = session.core;
    const run = await find(session, id, "Nothing was evaluated yet. `golive eval run` begins.", () => true);
    const [measured, held] = [await measureRun(session, run, io.err), await evaluations.isHeld(run.id)];
    if (flags.json === true) printJson(io, runJson(measured, held));
    else void io.out(runText(measured, held));
    return exitOf(measured);
  });
}

/** Ends an open evaluation: the named one, or the newest that is open. */
export async function evalCancel(io: Io, id: string | undefined, flags: RunsFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async (session) => {
    const { evaluations } = session.core;
    const nothing = "No evaluation is open, so nothing was cancelled. `golive eval list` shows all.";
    const run = await find(session, id, nothing, ({ state }) => state === "running");
    const held = await evaluations.isHeld(run.id);
    const reason = flags.reason ?? "cancelled on the command line";
    if (!(await evaluations.cancel(run.id, reason))) {
      throw new CliError(`${run.id} has ended already (${run.state}); nothing was changed.`, EXIT.failed);
    }
    const next = held
      ? "Whoever works on it asks nothing more after the call that is under way."
      : "Nobody was working on it.";
    if (flags.json === true) printJson(io, { ok: true, run: run.id, state: "cancelled", reason, was_worked_on: held });
    else void io.out(`${run.id} is cancelled. ${next} What was graded is kept: golive eval status ${run.id}\n`);
    return EXIT.pass;
  });
}

/** Every evaluation of a service, newest first. */
export async function evalList(io: Io, flags: RunsFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async ({ core, service }) => {
    const runs = await core.evaluations.store.runs(service.id);
    const lines: string[] = [];
    const documents: object[] = [];
    for (const run of runs) {
      const held = run.state === "running" && (await core.evaluations.isHeld(run.id));
      lines.push(runLine(run, held));
      documents.push({ ...runHeader(run), worked_on: held });
    }
    if (flags.json === true) printJson(io, { ok: true, service: service.id, runs: documents });
    else
      void io.out(
        lines.length === 0 ? "Nothing was evaluated yet. `golive eval run` begins.\n" : `${lines.join("\n")}\n`,
      );
    return EXIT.pass;
  });
}

async function find(
  { core, service }: Session,
  id: string | undefined,
  nothing: string,
  fits: (run: RunRecord) => boolean,
): Promise<RunRecord> {
  if (id === undefined) {
    const newest = (await core.evaluations.store.runs(service.id)).find(fits);
    if (newest === undefined) throw new CliError(nothing);
    return newest;
  }
  const run = await core.evaluations.store.run(id);
  if (run === null || run.plan.service !== service.id) {
    throw new CliError(`${service.id} has no evaluation \`${id}\`; nothing was done. \`golive eval list\` shows all.`);
  }
  return run;
}
