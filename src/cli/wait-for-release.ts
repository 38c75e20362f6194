import { setTimeout as wait } from "node:timers/promises";
import { CliError, EXIT, type Io } from "#src/cli/io";
import type { Session } from "#src/cli/open-core";
import { checkLines, evaluationLines } from "#src/cli/release-text";
import type { DeadJob } from "#src/jobs/create-jobs";
import { JournalError } from "#src/journal/journal-error";
import type { CheckView, ReleaseView } from "#src/release/view";

const LOOK_EVERY_MS = 250;
/** How long Golive's own database may be away before the wait is given up. */
const PATIENCE_MS = 30_000;

/**
 * Works off the release's jobs in this process (a running bot may help) and prints each check as it finishes, on stderr,
 * until `done`. `known`: what the person has seen already and isn't told again. Interrupted, it throws: what was decided
 * stands in the journal, and the bot or another wait goes on.
 */
export async function waitForRelease(
  { core, service }: Session,
  io: Io,
  done: (view: ReleaseView) => boolean,
  known: ReleaseView | null = null,
  mayCutOver = false,
): Promise<ReleaseView> {
  const progress = createProgress(io, known);
  const stopped = io.stopSignal().then(() => true);
  const before = new Set((await core.jobs.deadJobs({ service: service.id })).map((job) => job.id));
  await core.startWorkers({ cutovers: mayCutOver });
  let lastAnswer = performance.now();
  for (;;) {
    try {
      const view = await core.useCases.currentRelease(service.id);
      if (view === null) throw new CliError("The release is gone from the journal.", EXIT.inconclusive);
      progress(view);
      if (done(view) || view.release.ended !== null) return view;
      const dead = (await core.jobs.deadJobs({ service: service.id })).find(
        (job) => !before.has(job.id) && isOf(job, view.release.id),
      );
      if (dead !== undefined) throw gaveUp(dead);
      lastAnswer = performance.now();
    } catch (error) {
      const passing = error instanceof JournalError && error.retryable && performance.now() - lastAnswer < PATIENCE_MS;
      if (!passing) throw error;
    }
    if (await Promise.race([stopped, wait(LOOK_EVERY_MS, false)])) {
      io.err("Interrupted: what runs may finish, 10 seconds at most.\n");
      throw new CliError(
        "Interrupted. Nothing is lost: what was decided stands in the journal, and the running bot goes on with it, or " +
          "`golive release status --wait` does.",
        EXIT.interrupted,
      );
    }
  }
}

/**
 * Says each thing once: the manifest when it is frozen, a check whenever an attempt of it has finished, an evaluation at every tenth of
 * its questions.
 */
function createProgress(io: Io, known: ReleaseView | null): (view: ReleaseView) => void {
  const said = new Set([known?.release.manifest?.hash ?? "", ...(known?.checks ?? []).map(keyOf)]);
  const once = (key: string, lines: () => readonly string[]): void => {
    if (said.has(key)) return;
    said.add(key);
    for (const line of lines()) io.err(`${line}\n`);
  };
  return (view) => {
    const { release, checks, evaluation } = view;
    const hash = release.manifest?.hash;
    if (hash !== undefined) once(hash, () => [`manifest ${hash.slice(0, 8)} frozen`]);
    if (evaluation !== null) {
      const tenth = Math.floor((10 * (evaluation.progress?.done ?? 0)) / (evaluation.progress?.planned ?? 1));
      once(`${evaluation.run} ${evaluation.status} ${tenth}`, () => evaluationLines(view));
    }
    for (const check of checks) {
      if (check.status === "pending" || check.status === "running") continue;
      once(keyOf(check), () => checkLines(check));
    }
  };
}

const keyOf = (check: CheckView): string => `${check.definition.id} ${check.attempt}`;

const isOf = (job: DeadJob, release: string): boolean =>
  typeof job.data === "object" && job.data !== null && "release" in job.data && job.data.release === release;

function gaveUp(job: DeadJob): CliError {
  return new CliError(
    `The step ${job.queue} failed ${job.retries + 1} times and was given up: ${job.error}. The release stands still, and the ` +
      "pointer is untouched. Repair what it names; a running bot then tries again by itself, or cancel the release and start anew.",
    EXIT.inconclusive,
  );
}
