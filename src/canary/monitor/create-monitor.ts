import { DatabaseError } from "pg";
import { closeNext, isDue } from "#src/canary/monitor/close-next";
import { type KeptCanary, openCanary, readBuckets, readCanary } from "#src/canary/monitor/kept-canary";
import type { CanaryMonitor } from "#src/canary/monitor/monitor";
import { newestOf } from "#src/canary/monitor/stored-events";
import { lookOf, sightOf } from "#src/canary/monitor/what-is-seen";
import type { Look } from "#src/canary/watch/intents";
import type { CanaryWatch } from "#src/canary/watch/state";
import { toJournalError } from "#src/journal/database-errors";
import type { Queryable } from "#src/manifest/manifest-records";
import type { Instant } from "#src/release/policy";

/** What the monitor needs of golive's own database: a pool of `pg`. */
export interface MonitorPool extends Queryable {
  connect(): Promise<Queryable & { release(destroy?: boolean): void }>;
}

export type MonitorDeps = {
  readonly pool: MonitorPool;
  /** Questions of a service's gold set as asked, by their ids; may be empty. */
  readonly questionText: (service: string) => Promise<ReadonlyMap<string, string>>;
};

/** Over what is stored in golive's own database. Its errors are `JournalError`s, of which `retryable` ones pass by themselves. */
export function createMonitor({ pool, questionText }: MonitorDeps): CanaryMonitor {
  return {
    lookAt: (canary, now) => told(() => lookAt(pool, canary, now)),
    sight: (canary) =>
      told(async () => {
        const kept = await readCanary(pool, canary.id);
        if (kept === null || kept.state.closed === null) return null;
        const buckets = await readBuckets(pool, canary.id, kept.state.closed);
        const heard = await newestOf(pool, canary, kept);
        return sightOf(canary, { ...kept, heard }, buckets, await questionText(canary.service));
      }),
  };
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toJournalError(error) ?? error;
  }
}

async function lookAt(pool: MonitorPool, canary: CanaryWatch, now: Instant): Promise<Look | null> {
  const kept = await newestKept(pool, canary);
  if (!isDue(canary, kept)) return lookOf(canary, kept, now);
  while ((await inTransaction(pool, canary)) === "more");
  return lookOf(canary, await newestKept(pool, canary), now);
}

async function newestKept(pool: MonitorPool, canary: CanaryWatch): Promise<KeptCanary> {
  let kept = await readCanary(pool, canary.id);
  if (kept === null) {
    await openCanary(pool, canary);
    kept = await readCanary(pool, canary.id);
  }
  if (kept === null) throw new Error(`nothing is kept of ${canary.id}`);
  return { ...kept, heard: await newestOf(pool, canary, kept) };
}

const SERIALIZATION_FAILURE = "40001";

/** One bucket, one transaction. A connection that failed in it is not used again: the server undoes what it left. */
async function inTransaction(pool: MonitorPool, canary: CanaryWatch): Promise<"more" | "done" | "elsewhere"> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const came = await closeNext(client, canary);
    await client.query("COMMIT");
    client.release();
    return came;
  } catch (error) {
    client.release(true);
    // Another replica closed a bucket between our first look and our lock.
    if (error instanceof DatabaseError && error.code === SERIALIZATION_FAILURE) return "more";
    throw error;
  }
}
