import { basename, resolve } from "node:path";
import { createRunProgress } from "#src/cli/eval-progress";
import { estimateText, runJson, runText } from "#src/cli/eval-report";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { exitOf, measureRun } from "#src/cli/measure-run";
import { type Session, withCore } from "#src/cli/open-core";
import { configDirectory } from "#src/cli/surroundings";
import { wrap } from "#src/cli/wrap";
import { writeWhole } from "#src/cli/write-whole";
import type { EvaluationWish } from "#src/evaluation/evaluations";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { type GoldFile, readGold } from "#src/evaluation/run/gold-file";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { doneOf } from "#src/evaluation/run/run-tally";
import { writeResults } from "#src/evaluation/run/write-results";
import { choosePair } from "#src/gates/choose-pair";

export type RunFlags = {
  readonly service?: string;
  readonly gold?: string;
  readonly run?: string;
  readonly config?: string;
  readonly sample?: number;
  readonly seed?: number;
  readonly repeat?: number;
  readonly stable?: boolean;
  readonly out?: string;
  readonly json?: boolean;
};

/** `--stable` measures how far repeats agree, also when nobody says how often. */
const STABLE_REPEATS = 3;

/** Begins an evaluation, or goes on with the same one, and works it off in this process. */
export async function evalRun(io: Io, flags: RunFlags): Promise<ExitCode> {
  const stop = new AbortController();
  void io.stopSignal().then(() => stop.abort());
  try {
    return await begin(io, flags, stop);
  } catch (error) {
    if (!stop.signal.aborted || error instanceof CliError) throw error;
    throw new CliError("Interrupted before anything was asked.", EXIT.interrupted);
  }
}

async function begin(io: Io, flags: RunFlags, stop: AbortController): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async (session) => {
    const { evaluations } = session.core;
    const prepared = await evaluations.prepare(await wishOf(io, session, flags, stop.signal), stop.signal);
    const { id, resumed } = await evaluations.open(prepared);
    const hold = await evaluations.hold(id);
    if (hold === null) {
      throw new CliError(
        `Evaluation ${id} with this very plan is being worked on by another process, so nothing was asked here. ` +
          "`golive eval status` shows how far it is.",
        EXIT.inconclusive,
      );
    }
    try {
      const begun = await existing(session, id);
      const which = resumed ? `Going on with ${id}: ${doneOf(begun.counts)} of` : `${id}:`;
      io.err(`${wrap("", `${which} ${estimateText(prepared.estimate)}.`, 2).join("\n")}\n`);
      const run = await work(io, session, begun, prepared.estimate.seconds, { stop: stop.signal, lost: hold.lost });
      return await report(io, session, run, flags);
    } finally {
      await hold.release();
    }
  });
}

async function wishOf(
  io: Io,
  { core, service }: Session,
  flags: RunFlags,
  signal: AbortSignal,
): Promise<EvaluationWish> {
  const stable = flags.stable === true;
  const [dataset] = service.datasets;
  const file = flags.gold ?? resolve(configDirectory(io), dataset?.file ?? "");
  const gold = await usable(file);
  const around = await core.checks.surroundingsOf(service.id);
  const asked = { run: flags.run ?? null, config: flags.config ?? null };
  const { candidate, because } = await choosePair(around.store, Object.keys(around.adopted), asked, signal);
  if (candidate === null) throw new CliError(`There is nothing to evaluate, so nothing was asked: ${because}.`);
  return {
    service: service.id,
    pair: candidate,
    manifest: null,
    gold,
    file: basename(file),
    sample: flags.sample ?? null,
    seed: flags.seed ?? null,
    repeat: flags.repeat ?? (stable ? STABLE_REPEATS : 1),
    stable,
  };
}

async function usable(file: string): Promise<GoldFile> {
  try {
    return await readGold(file);
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    throw new CliError(`${file} can't be used as a gold file: ${error.message}. Nothing was asked.`);
  }
}

/** Works it off with progress on stderr. Stopped, it throws: nothing that was paid for is lost. */
async function work(
  io: Io,
  { core }: Session,
  begun: RunRecord,
  seconds: number,
  { stop, lost }: { readonly stop: AbortSignal; readonly lost: AbortSignal },
): Promise<RunRecord> {
  const progress = createRunProgress(io, begun.counts, seconds);
  const signal = AbortSignal.any([stop, lost]);
  try {
    return await core.evaluations.workOff(begun, { priority: "nightly", signal, onProgress: progress.tell });
  } catch (error) {
    if (!signal.aborted) throw error;
    const { counts } = await existing({ core }, begun.id);
    const why = stop.aborted ? "Interrupted." : "The connection broke that kept this evaluation for this process.";
    const kept = `${doneOf(counts)} of ${counts.planned} trials of ${begun.id} have their verdict`;
    throw new CliError(
      `${why} ${kept}, and what was paid for is kept: the same command goes on with it.`,
      stop.aborted ? EXIT.interrupted : EXIT.inconclusive,
    );
  } finally {
    await progress.end();
  }
}

async function report(io: Io, session: Session, run: RunRecord, flags: RunFlags): Promise<ExitCode> {
  const { store } = session.core.evaluations;
  const measured = await measureRun(session, run, io.err);
  const { summary } = measured;
  const { out } = flags;
  if (out !== undefined) {
    await writeWhole(out, `${run.id} is kept in the database`, (write) =>
      writeResults(run, summary, () => store.cases(run.id), write),
    );
  }
  if (flags.json === true) printJson(io, runJson(measured, false));
  else void io.out(runText(measured, false));
  return exitOf(measured);
}

async function existing({ core }: Pick<Session, "core">, id: string): Promise<RunRecord> {
  const run = await core.evaluations.store.run(id);
  if (run === null) throw new Error(`evaluation ${id} is gone from the database`);
  return run;
}
