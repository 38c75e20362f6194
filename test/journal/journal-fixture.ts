import { Client, type Pool } from "pg";
import type { JobSender } from "#src/journal/create-journal";
import { createJournal } from "#src/journal/create-journal";
import type { Decision, Journal, NewEvent } from "#src/journal/journal";
import { createPool } from "#src/journal/pool";
import type { DomainEvent } from "#src/release/events";
import type { Person } from "#src/release/people";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

export const ANNA: Person = { id: "U0ANNA", name: "Anna Lindqvist", kind: "member" };
export const AT = Date.UTC(2026, 10, 23, 9, 30, 0, 123);

const NO_JOBS: JobSender = {
  send: async () => {
    throw new Error("this test sends no jobs");
  },
};

export type Bench = {
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly journal: Journal;
  /** A second journal with its own connections and cache: another replica of the bot. */
  replica(): Journal;
  asApp<T>(work: (client: Client) => Promise<T>): Promise<T>;
  asOwner<T>(work: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function openBench(jobs: JobSender = NO_JOBS): Promise<Bench> {
  const database = await createTestDatabase();
  const pools: Pool[] = [];
  const make = () => {
    const pool = createPool({ url: database.appUrl, name: "test", max: 4 });
    pools.push(pool);
    return { pool, journal: createJournal({ pool, jobs }) };
  };
  const first = make();
  return {
    database,
    ...first,
    replica: () => make().journal,
    asApp: (work) => withClient(database.appUrl, work),
    asOwner: (work) => withClient(database.ownerUrl, work),
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await database.drop();
    },
  };
}

export const fact = (stream: string, event: DomainEvent, at = AT): NewEvent => ({ stream, at, by: ANNA, event });

export const locked = (stream: string, reason: string): NewEvent =>
  fact(stream, { type: "service-locked", reason, manifest: null });

/** A decision that appends `events` and answers `outcome`. */
export function decided<O>(outcome: O, ...events: NewEvent[]): Decision<O> {
  return { outcome, events, jobs: [], repaint: [], posts: [] };
}
