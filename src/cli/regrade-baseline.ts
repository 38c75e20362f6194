import { type BaselineFlags, findRun, NO_BASELINE } from "#src/cli/eval-baseline";
import { createRunProgress } from "#src/cli/eval-progress";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { toPolicy } from "#src/config/to-policy";
import { type Baseline, createBaselines } from "#src/evaluation/baseline/baselines";
import { refuseBaseline, whyNoMeasure } from "#src/evaluation/baseline/decide-baseline";
import type { RunRecord } from "#src/evaluation/run/run-record";

/**
 * Grades the stored answers of the baseline with today's judge, without asking the RAG service again, and makes the result the baseline
 * of today's epoch. The same command goes on where it was stopped.
 */
export async function regradeBaseline(io: Io, flags: BaselineFlags): Promise<ExitCode> {
  const user = requireActor(flags.as);
  const stop = new AbortController();
  void io.stopSignal().then(() => stop.abort());
  return withCore(io, { service: flags.service }, async (session) => {
    const { core, config, service, withSlack } = session;
    const old = await createBaselines(core.pool).current(service.id, null);
    if (old === null) throw new CliError(NO_BASELINE, EXIT.failed);
    const from = await findRun(session, old.run);
    const { actor, members } = await resolveActor(core, user);
    const reason = flags.reason?.trim() || `graded anew; ${old.reason}`;
    const no = refuseBaseline(from, { policy: toPolicy(config, service), actor, members, reason });
    if (no?.kind === "rules") return printRefusal(io, no.refusal, { json: flags.json === true, withSlack });
    if (no !== null) throw new CliError(no.sentence, EXIT.failed);

    const epoch = await core.evaluations.epoch(service.id, from.plan.epoch.checking, stop.signal);
    if (epoch.id === old.epoch) {
      throw new CliError(
        `${old.run} was graded by today's judge (evaluator epoch ${epoch.id.slice(0, 8)}): there is nothing to grade anew, and the ` +
          "baseline stays.",
        EXIT.failed,
      );
    }
    const { id } = await core.evaluations.openRegrade(from, epoch);
    const run = await grade(io, session, id, stop.signal);
    const poor = whyNoMeasure(run);
    if (poor !== null) throw new CliError(poor, EXIT.inconclusive);
    const added = await core.evaluations.recordBaseline({ run, reason, by: actor, regradedFrom: old.id });
    tell(io, flags, added, old);
    return EXIT.pass;
  });
}

/** Has every stored answer judged, with progress on stderr. Stopped, it throws: what was paid for is kept. */
async function grade(io: Io, session: Session, id: string, stop: AbortSignal): Promise<RunRecord> {
  const { evaluations } = session.core;
  const hold = await evaluations.hold(id);
  if (hold === null) {
    throw new CliError(
      `Another process is grading the baseline anew (${id}); nothing was done here. \`golive eval status ${id}\` shows how far it is.`,
      EXIT.inconclusive,
    );
  }
  const begun = await findRun(session, id);
  io.err(`${id}: ${begun.counts.planned} stored answers are graded anew; the RAG service is not asked.\n`);
  const progress = createRunProgress(io, begun.counts, 0);
  const signal = AbortSignal.any([stop, hold.lost]);
  try {
    return await evaluations.workOff(begun, { priority: "nightly", signal, onProgress: progress.tell });
  } catch (error) {
    if (!signal.aborted) throw error;
    const why = stop.aborted ? "Interrupted." : "The connection broke that kept this evaluation for this process.";
    throw new CliError(
      `${why} The baseline stays as it is; what was graded is kept, and the same command goes on with it.`,
      stop.aborted ? EXIT.interrupted : EXIT.inconclusive,
    );
  } finally {
    await progress.end();
    await hold.release();
  }
}

function tell(io: Io, flags: BaselineFlags, added: Baseline, old: Baseline): void {
  const { id, run, epoch } = added;
  if (flags.json === true) {
    printJson(io, {
      ok: true,
      baseline: { id, run, epoch, regraded_from: { id: old.id, run: old.run, epoch: old.epoch } },
    });
  } else {
    void io.out(
      `${run} is the baseline for evaluator epoch ${epoch.slice(0, 8)} from now on: the answers of ${old.run}, graded anew.\n`,
    );
  }
}
