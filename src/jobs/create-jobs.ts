import { type ConstructorOptions, PgBoss } from "pg-boss";
import { z } from "zod";
import { jobId } from "#src/jobs/job-id";
import { DEAD_QUEUE } from "#src/jobs/queues";
import type { JobSender } from "#src/journal/create-journal";
import { JOBS_SCHEMA, type JobRequest, QUEUES, type QueueName } from "#src/journal/journal";
import { assertStorable } from "#src/journal/storable";

export type JobData = JobRequest["data"];

/** One run of a job. `signal` aborts when the run took too long or the process stops: honour it, or it runs twice. */
export type RunningJob = { readonly id: string; readonly data: JobData; readonly signal: AbortSignal };

export type JobHandlers = Readonly<Record<QueueName, (job: RunningJob) => Promise<void>>>;

/** A job that failed every time. */
export type DeadJob = {
  readonly id: string;
  readonly queue: string;
  readonly data: unknown;
  readonly error: string;
  /** Epoch milliseconds. */
  readonly diedAt: number;
  readonly retries: number;
};

export type JobsOptions = {
  /** `golive_app`'s connection string. Jobs have connections of their own: a heartbeat never waits behind a lock. */
  readonly url: string;
  /** Told what went wrong in the background (a poll that failed, a handler that overran). It goes on by itself. */
  readonly onError: (error: Error) => void;
  readonly connections?: number;
  /** Whether this process looks for killed workers and tidies up. False for one-off commands. Default true. */
  readonly supervise?: boolean;
  /** How often it looks for them. Default 1 s: a kill -9 is noticed after the queue's heartbeat (10 s) at the latest. */
  readonly monitorSeconds?: number;
};

export type WorkerOptions = {
  /** Checks that run at once in this process. The other queues have one place each, so a cutover never waits for checks. */
  readonly concurrency?: number;
  /** At least 0.5, the default. `nudge` is faster for jobs of this process. */
  readonly pollSeconds?: number;
};

export interface Jobs extends JobSender {
  /** Connects. Throws when the database or its job tables are missing. */
  start(): Promise<void>;
  /** Takes jobs of the queues that have a handler here; the others are left to other processes. */
  startWorkers(handlers: Partial<JobHandlers>, options?: WorkerOptions): Promise<void>;
  /** Lets this process's workers look now instead of at their next poll. */
  nudge(): void;
  /** Whether a job with this in its data waits for its first or next try, or runs. */
  isUnderWay(queue: QueueName, about: JobData): Promise<boolean>;
  /** Jobs with this in their data that failed every time, oldest first. */
  deadJobs(about: JobData): Promise<readonly DeadJob[]>;
  /** Sends them again with all their tries; they are dead no more. Returns how many. */
  redrive(about: JobData): Promise<number>;
  /** Takes no new jobs, waits for the running ones, then hands back what is left for another process to retry. */
  stop(graceMs?: number): Promise<void>;
}

const MOST_FOUND = 1_000;

/** Evaluations of several services wait for the models together: one that takes an hour must not keep another from beginning. */
const PLACES: Partial<Readonly<Record<QueueName, number>>> = {
  evaluate: 8,
  // One service's smoke evaluation must not keep another's pointer from flipping.
  "roll-back": 8,
  // A weekly evaluation of hours must not keep a backup, or another service's night, from beginning.
  "run-operation": 8,
};

/** What a job carries: flat, and only what JSON and SQL agree on. */
export const jobDataSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
const errorSchema = z.object({ message: z.string() });

function describe(error: unknown): string {
  const parsed = errorSchema.safeParse(error);
  return parsed.success ? parsed.data.message : String(error);
}

/**
 * How pg-boss is set up. It looks for workers that have fallen silent every second: left to itself it does so once a minute,
 * and a release would stand still that long after a kill -9.
 */
export function bossOptionsOf(options: JobsOptions) {
  const monitor = options.monitorSeconds ?? 1;
  return {
    connectionString: options.url,
    schema: JOBS_SCHEMA,
    application_name: "golive-jobs",
    max: options.connections ?? 4,
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: options.supervise ?? true,
    superviseIntervalSeconds: monitor,
    monitorIntervalSeconds: monitor,
    // Both need the owner's rights, or read catalogs the bot has no business with.
    reindex: false,
    monitorVacuum: false,
    registerInstance: false,
  } satisfies ConstructorOptions;
}

/** pg-boss as golive uses it: small idempotent steps, sent with the decision that causes them. */
export function createJobs(options: JobsOptions): Jobs {
  const boss = new PgBoss(bossOptionsOf(options));
  // pg-boss emits copies that are no Error instances.
  boss.on("error", (error) => options.onError(error instanceof Error ? error : new Error(describe(error))));

  return {
    async start() {
      await boss.start();
    },

    async send(jobs, run) {
      for (const [queue, requests] of Map.groupBy(jobs, (job) => job.queue)) {
        // By id: pg-boss refuses a batch that names one twice.
        const rows = new Map<string, { id: string; data: JobData }>();
        for (const { cause, data } of requests) {
          assertStorable(data, `the data of a ${queue} job`);
          const id = jobId(cause, queue);
          rows.set(id, { id, data });
        }
        await boss.insert(queue, [...rows.values()], { db: { executeSql: run } });
      }
    },

    async startWorkers(handlers, { concurrency = 3, pollSeconds = 0.5 } = {}) {
      for (const queue of QUEUES) {
        const work = handlers[queue];
        if (work === undefined) continue;
        await boss.work<object>(
          queue,
          {
            batchSize: 1,
            pollingIntervalSeconds: pollSeconds,
            localConcurrency: PLACES[queue] ?? (queue === "run-check" ? concurrency : 1),
          },
          async (batch) => {
            for (const job of batch) {
              try {
                await work({ id: job.id, data: jobDataSchema.parse(job.data), signal: job.signal });
              } catch (error) {
                // pg-boss keeps the reason in the job's row only; it retries whatever is rethrown. A job that is handed back
                // because the process stops has not failed.
                if (!job.signal.aborted)
                  options.onError(new Error(`A ${queue} job failed: ${describe(error)}`, { cause: error }));
                throw error;
              }
            }
          },
        );
      }
    },

    nudge() {
      // All of them: work() returns one id, however many places its queue has.
      for (const { id } of boss.getWipData()) boss.notifyWorker(id);
    },

    async isUnderWay(queue, about) {
      const found = await boss.findJobs(queue, { data: about, limit: MOST_FOUND });
      return found.some(({ state }) => state === "created" || state === "retry" || state === "active");
    },

    async deadJobs(about) {
      const found = await boss.findJobs(DEAD_QUEUE, { data: about, limit: MOST_FOUND });
      return found.map((job): DeadJob => {
        const error = errorSchema.safeParse(job.sourceOutput);
        return {
          id: job.sourceId ?? job.id,
          queue: job.sourceName ?? job.name,
          data: job.data,
          error: error.success ? error.data.message : JSON.stringify(job.sourceOutput),
          diedAt: job.createdOn.getTime(),
          retries: job.sourceRetryCount ?? 0,
        };
      });
    },

    redrive: (about) => boss.redrive(DEAD_QUEUE, { data: about }),

    async stop(graceMs = 10_000) {
      await boss.stop({ graceful: true, timeout: graceMs });
    },
  };
}
