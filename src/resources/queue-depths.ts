import { z } from "zod";
import { JOBS_SCHEMA, QUEUES } from "#src/journal/journal";

/** Jobs that wait for a worker, by queue. A queue in which none waits is there with 0. */
export type QueueDepths = Readonly<Record<string, number>>;

/** Asked with the names of the queues in `$1`. `table`: another one with a name and a state. Dead jobs wait for people, not here. */
export function queueDepthsSql(table = `${JOBS_SCHEMA}.job`): string {
  return `SELECT name, count(*)::int AS waiting FROM ${table}
   WHERE name = ANY ($1::text[]) AND state IN ('created', 'retry') GROUP BY name`;
}

const rowSchema = z.object({ name: z.string(), waiting: z.number() });

export function readQueueDepths(rows: readonly unknown[]): QueueDepths {
  const waiting = new Map(rows.map((row) => rowSchema.parse(row)).map((row) => [row.name, row.waiting]));
  return Object.fromEntries(QUEUES.map((queue) => [queue, waiting.get(queue) ?? 0]));
}
