import { createResourceMonitoringGate, type ResourceLimits } from "#src/gates/resource-monitoring";
import type { Fixture, SelfTest } from "#src/gates/self-test/self-test";
import { QUEUES } from "#src/journal/journal";
import { queueDepthsSql, readQueueDepths } from "#src/resources/queue-depths";
import { freshSamplesSql, readSampleRows } from "#src/resources/sample-rows";

const LIMITS: ResourceLimits = { event_loop_lag_ms: 200, rss_mb: 1024, queue_depth: 10 };

/** The two tables of Golive's own database that the gate reads, as small ones of the world, and the gate's own statements over them. */
function having(what: string, process: { lag: number; rssMb: number }, jobs: number): Fixture {
  return {
    what,
    sql: [
      `CREATE TABLE process_sample (holder text, kind text, sampled_at timestamptz, observed_ms float8,
         event_loop_lag_ms float8, rss_bytes float8, cpu_share float8)`,
      `INSERT INTO process_sample VALUES
         ('self-test', 'bot', clock_timestamp() - interval '5 seconds', 60000, ${process.lag}, ${process.rssMb} * 1048576.0, 0.1),
         ('gone', 'bot', clock_timestamp() - interval '5 minutes', 60000, 9999, 9999e6, 1)`,
      "CREATE TABLE job AS SELECT 'run-check' AS name, 'created' AS state FROM generate_series(1, 0)",
      `INSERT INTO job SELECT 'run-check', 'created' FROM generate_series(1, ${jobs})`,
    ],
    gate: ({ query }) =>
      createResourceMonitoringGate({
        limits: LIMITS,
        samples: async () => readSampleRows(await query(freshSamplesSql("process_sample"))),
        depths: async () => readQueueDepths(await query(queueDepthsSql("job"), [[...QUEUES]])),
        models: async () => null,
      }),
  };
}

const WELL = { lag: 12, rssMb: 210 };

export const resourceMonitoringSelfTest: SelfTest = {
  bad: [
    {
      ...having("an event loop that is half a second late", { ...WELL, lag: 500 }, 3),
      finds: "event-loop-lag:exceeded",
    },
    { ...having("a process of 4 GB", { ...WELL, rssMb: 4096 }, 3), finds: "rss:exceeded" },
    { ...having("eleven jobs in a queue for ten", WELL, 11), finds: "queue:run-check:exceeded" },
  ],
  good: having("one process that does well, beside the last word of one that is gone", WELL, 3),
};
