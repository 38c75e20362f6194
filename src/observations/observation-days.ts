import { z } from "zod";
import type { Queryable } from "#src/manifest/manifest-records";

const DAY_MS = 86_400_000;
/** Made so many days ahead: a database that nobody may change for a weekend still takes what comes. */
const DAYS_AHEAD = 3;
/** Traces forgotten in one statement. */
const MOST_FORGOTTEN = 20_000;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Makes the partitions of yesterday and of the days to come. Repeatable, over all replicas. */
export async function prepareObservationDays(database: Queryable, now: number): Promise<void> {
  const [from, to] = [dayOf(now - DAY_MS), dayOf(now + DAYS_AHEAD * DAY_MS)];
  await database.query("SELECT golive.prepare_observation_days($1::date, $2::date)", [from, to]);
}

/** Drops the days that ended more than `keepDays` days ago, each whole. Returns the names of their tables. */
export async function pruneObservations(
  database: Queryable,
  now: number,
  keepDays: number,
): Promise<readonly string[]> {
  const before = dayOf(now - keepDays * DAY_MS);
  const dropped: string[] = [];
  for (let forgotten = MOST_FORGOTTEN; forgotten >= MOST_FORGOTTEN; ) {
    const { rows } = await database.query("SELECT * FROM golive.prune_observations($1::date, $2)", [
      before,
      MOST_FORGOTTEN,
    ]);
    const [pruned] = z.tuple([z.object({ dropped: z.array(z.string()), forgotten: z.number() })]).parse(rows);
    dropped.push(...pruned.dropped);
    forgotten = pruned.forgotten;
  }
  return dropped;
}
