import type { Pool } from "pg";
import { type Jobs, jobDataSchema } from "#src/jobs/create-jobs";
import { type JobRequest, QUEUES } from "#src/journal/journal";
import type { Log } from "#src/log";

type Deps = { readonly pool: Pool; readonly jobs: Pick<Jobs, "send" | "deadJobs">; readonly log: Log };

const SLOT_MS = 30_000;

/**
 * One look per open release and half minute, whichever replica asks first; and jobs of open releases that failed every
 * time are sent again, once per death: a RAG store that was down for an hour must not leave a release waiting for ever.
 * `now`: machine time, epoch milliseconds.
 */
export async function lookAfterReleases({ pool, jobs, log }: Deps, now: number): Promise<void> {
  const { rows } = await pool.query<{ id: string; service: string }>(
    "SELECT id, service FROM golive.release WHERE open",
  );
  if (rows.length === 0) return;
  const slot = Math.floor(now / SLOT_MS);
  const looks = rows.map(({ id, service }): JobRequest => {
    return { queue: "revalidate", cause: `look-after/${id}/${slot}`, data: { service, release: id } };
  });
  const again = await deadJobsOf(new Set(rows.map(({ id }) => id)), jobs);
  if (again.length > 0) log.warn({ jobs: again.length }, "jobs that had failed every time are tried again");
  await jobs.send([...looks, ...again], (text, values) => pool.query(text, values));
}

async function deadJobsOf(open: ReadonlySet<string>, jobs: Deps["jobs"]): Promise<readonly JobRequest[]> {
  return (await jobs.deadJobs()).flatMap((dead): JobRequest[] => {
    const queue = QUEUES.find((name) => name === dead.queue);
    const { data } = jobDataSchema.safeParse(dead.data);
    // A look that died is followed by the next one anyway.
    if (queue === undefined || queue === "revalidate" || data === undefined || !open.has(String(data.release)))
      return [];
    return [{ queue, cause: `again/${dead.id}`, data }];
  });
}
