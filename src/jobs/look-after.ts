import type { Pool } from "pg";
import { type DeadJob, type Jobs, jobDataSchema } from "#src/jobs/create-jobs";
import type { JobRequest } from "#src/journal/journal";
import { createScrubber, type Log } from "#src/log";
import type { Note } from "#src/release/notes";

type Deps = { readonly pool: Pool; readonly jobs: Pick<Jobs, "send" | "deadJobs" | "redrive">; readonly log: Log };
type OpenRelease = { readonly id: string; readonly service: string };

/** Looking costs a round of questions to Slack: not every tick of the timer. */
const LOOK_EVERY_MS = 2 * 60_000;

/**
 * The manifest of an open release is collected again this often: facts that moved are named while people sign, not at the
 * click on Cut over. Each look digests the candidate's chunks in one sequential pass.
 */
const WATCH_MANIFEST_EVERY_MS = 10 * 60_000;

/**
 * One look per open release and two minutes, whichever replica asks first; and steps of open releases that failed every
 * time are told in the thread and tried again: a RAG store that was down for an hour must not leave a release waiting for
 * ever. `now`: machine time, epoch milliseconds.
 */
export async function lookAfterReleases(deps: Deps, now: number): Promise<void> {
  const { pool, jobs } = deps;
  const { rows } = await pool.query<OpenRelease>("SELECT id, service FROM golive.release WHERE open");
  for (const release of rows) await reviveSteps(deps, release);
  const looks = rows.flatMap(({ id, service }): JobRequest[] => {
    const data = { service, release: id };
    return [
      { queue: "revalidate", cause: `look-after/${id}/${Math.floor(now / LOOK_EVERY_MS)}`, data },
      { queue: "freeze-manifest", cause: `drift/${id}/${Math.floor(now / WATCH_MANIFEST_EVERY_MS)}`, data },
    ];
  });
  if (looks.length > 0) await jobs.send(looks, (text, values) => pool.query(text, values));
}

async function reviveSteps({ pool, jobs, log }: Deps, { id, service }: OpenRelease): Promise<void> {
  const about = { service, release: id };
  const dead = await jobs.deadJobs(about);
  if (dead.length === 0) return;
  for (const job of dead) {
    const note = noteOf(job);
    if (note === null) continue;
    // Once per step and attempt: it may die many times before what it needs is back.
    await pool.query(
      `INSERT INTO golive.outbox (key, service, target, note) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING`,
      [`release/${id}/failing/${note.step}`, service, { kind: "thread", subject: id }, note],
    );
  }
  const again = await jobs.redrive(about);
  log.warn({ release: id, jobs: again }, "steps that had failed every time are tried again");
}

function noteOf(job: DeadJob): (Note & { readonly kind: "step-failing" }) | null {
  // A look that died is followed by the next one anyway.
  if (job.queue === "revalidate") return null;
  const data = jobDataSchema.safeParse(job.data).data ?? {};
  const step = data.check === undefined ? job.queue : `${job.queue} ${data.check} (attempt ${data.attempt})`;
  return { kind: "step-failing", step, error: createScrubber([])(job.error), tries: job.retries + 1 };
}
