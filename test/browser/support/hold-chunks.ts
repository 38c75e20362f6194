import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

const TABLE = "rag.document_chunks";
const PATIENCE_MS = 10_000;

/** A slow RAG store, on purpose: a small corpus is checked faster than anybody can look. */
export type Hold = {
  /** Lets through whoever waits for the chunks now (somebody must), and holds whoever comes next. */
  step(): Promise<void>;
  letGo(): Promise<void>;
};

/** Holds the store's chunks as a migration of somebody else would. Readers queue in order, so each step lets one round through. */
export async function holdChunks(ragUrl: string): Promise<Hold> {
  let holder = await open(ragUrl);
  await holder.query(`LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`);
  const letGo = async (): Promise<void> => {
    await holder.query("COMMIT");
    await holder.end();
  };
  return {
    letGo,
    async step() {
      await until(async () => (await waiting(holder)) >= 1, "somebody to read the chunks");
      const readers = await waiting(holder);
      const next = await open(ragUrl);
      const granted = next.query(`LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`);
      await until(async () => (await waiting(holder)) > readers, "the next hold to queue");
      await letGo();
      await granted;
      holder = next;
    },
  };
}

async function open(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("BEGIN");
  return client;
}

async function waiting(client: Client): Promise<number> {
  const { rows } = await client.query<{ waiting: number }>(
    "SELECT count(*)::int AS waiting FROM pg_locks WHERE relation = $1::regclass AND NOT granted",
    [TABLE],
  );
  return rows[0]?.waiting ?? 0;
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1_000} s for ${what}`);
    await sleep(20);
  }
}
