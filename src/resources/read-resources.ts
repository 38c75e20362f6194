import { QUEUES } from "#src/journal/journal";
import type { Queryable } from "#src/manifest/manifest-records";
import type { ResourcesNow } from "#src/release/resources-line";
import { type QueueDepths, queueDepthsSql, readQueueDepths } from "#src/resources/queue-depths";
import { bySilence, freshSamplesSql, type ReportedSample, readSampleRows } from "#src/resources/sample-rows";

/** What the shared limiter of model calls says, over all processes. Times in epoch milliseconds on its own clock. */
export type ModelLoad = {
  readonly maxInFlight: number;
  readonly perSecond: number;
  readonly inFlight: number;
  readonly waiting: Readonly<Record<string, number>>;
  readonly nextAt: number;
  readonly now: number;
};

/** How all processes together are doing. Each call asks the database. */
export interface Resources {
  samples(): Promise<readonly ReportedSample[]>;
  depths(): Promise<QueueDepths>;
  /** Null where no models are shared. */
  models(): Promise<ModelLoad | null>;
  /** All of it, as people are told. */
  now(): Promise<ResourcesNow>;
}

export function createResources(database: Queryable, modelLoad: (() => Promise<ModelLoad>) | null): Resources {
  const samples = async () => readSampleRows((await database.query(freshSamplesSql())).rows);
  const depths = async () => readQueueDepths((await database.query(queueDepthsSql(), [[...QUEUES]])).rows);
  const models = async () => (modelLoad === null ? null : modelLoad());
  return {
    samples,
    depths,
    models,
    async now() {
      const [reported, waiting, load] = await Promise.all([samples(), depths(), models()]);
      const { reporting: processes, silent } = bySilence(reported);
      return {
        processes: processes.length,
        silent: silent.length,
        eventLoopLagMs: Math.max(0, ...processes.map(({ eventLoopLagMs }) => eventLoopLagMs)),
        rssBytes: Math.max(0, ...processes.map(({ rssBytes }) => rssBytes)),
        cpuShare: Math.max(0, ...processes.map(({ cpuShare }) => cpuShare)),
        jobsWaiting: sum(Object.values(waiting)),
        models:
          load === null
            ? null
            : {
                inFlight: load.inFlight,
                maxInFlight: load.maxInFlight,
                waiting: sum(Object.values(load.waiting)),
                bookedMs: Math.max(0, load.nextAt - load.now),
              },
      };
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
