import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Pool } from "pg";
import { PgBoss } from "pg-boss";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { createJobs } from "#src/jobs/create-jobs";
import { createJournal } from "#src/journal/create-journal";
import type { NewEvent } from "#src/journal/journal";
import { JOBS_SCHEMA } from "#src/journal/journal";
import { migrate } from "#src/journal/migrate";
import { queryPrepared } from "#src/journal/prepared";
import { verifyJournal } from "#src/journal/verify-journal";
import { median } from "./statistics.ts";

export type DecideBench = {
  /** Median milliseconds of one transaction. */
  readonly plainMs: number;
  readonly decideMs: number;
  /** Median of the rounds' ratios decide : plain. The bar is 1.5. */
  readonly ratio: number;
  /** The same against plain writes that keep their statements prepared, as a decision does. No bar; for honesty. */
  readonly ratioPrepared: number;
  readonly rounds: number;
  readonly perRound: number;
  readonly durable: boolean;
};

const HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const PERSON = { id: "U0MIRA", name: "Mira Okafor", kind: "member" } as const;

/** A sign-off, the most common decision: about 600 bytes. */
const signed = (stream: string): NewEvent => ({
  stream,
  at: Date.UTC(2026, 10, 23, 9, 0, 0, 1),
  by: PERSON,
  event: {
    type: "signed",
    signOff: "data-quality",
    role: "data-lead",
    binding: { manifest: HASH, evidence: HASH, policy: HASH },
    members: ["U0MIRA", "U0TOMAS", "U0YUKI"],
  },
});

async function timed(times: number, work: (n: number) => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < times; n++) await work(n);
  return (performance.now() - started) / times;
}

async function preparePlainTables(ownerUrl: string): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(`
    CREATE SCHEMA plain;
    CREATE TABLE plain.event (stream text, version int, body text, PRIMARY KEY (stream, version));
    CREATE TABLE plain.intake (key text PRIMARY KEY, outcome text);
    CREATE TABLE plain.message (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject text, wanted bigint);
    GRANT USAGE ON SCHEMA plain TO golive_app;
    GRANT ALL ON ALL TABLES IN SCHEMA plain TO golive_app`);
  await owner.end();
}

/** The same rows without any of the journal's promises: pg-boss's own send and three plain INSERTs, one transaction. */
async function preparePlain(appUrl: string, prepared: boolean) {
  const boss = new PgBoss({
    connectionString: appUrl,
    schema: JOBS_SCHEMA,
    migrate: false,
    createSchema: false,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  await boss.start();
  const client = new Client({ connectionString: appUrl });
  await client.connect();
  const run = (text: string, values?: unknown[]) =>
    prepared ? queryPrepared(client, text, values) : client.query(text, values);
  return {
    async write(release: string, version: number): Promise<void> {
      await client.query("BEGIN");
      await boss.send("revalidate", { release, version }, { id: crypto.randomUUID(), db: { executeSql: run } });
      await run("INSERT INTO plain.event VALUES ($1, $2, $3)", [
        release,
        version,
        JSON.stringify({ ...signed(release), version }),
      ]);
      await run("INSERT INTO plain.intake VALUES ($1, $2)", [`${release}/${version}`, '{"ok":true}']);
      await run("INSERT INTO plain.message (subject, wanted) VALUES ($1, $2)", [release, version]);
      await client.query("COMMIT");
    },
    async close(): Promise<void> {
      await client.end();
      await boss.stop({ graceful: false });
    },
  };
}

async function prepareDecide(appUrl: string) {
  const jobs = createJobs({
    url: appUrl,
    supervise: false,
    onError: (error) => {
      throw error;
    },
  });
  await jobs.start();
  const pool = new Pool({ connectionString: appUrl, max: 1 });
  const journal = createJournal({ pool, jobs });
  return {
    async write(release: string, version: number): Promise<void> {
      const stream = `release/${release}`;
      await journal.transact("bench", `${release}/${version}`, ["service/bench", stream], () => ({
        outcome: { ok: true },
        events: [signed(stream)],
        jobs: [{ queue: "revalidate", cause: `${release}/${version}`, data: { release, version } }],
        repaint: [release],
        posts: [],
      }));
    },
    async close(): Promise<void> {
      const client = await pool.connect();
      const report = await verifyJournal(client);
      client.release();
      await pool.end();
      await jobs.stop(1_000);
      if (!report.ok) throw new Error("the benched journal does not verify");
    },
  };
}

/**
 * A deciding transaction against the same job and the same rows written plainly, by turns on one connection each, on a
 * server with default durability (`durable: false`: without waiting for the disk, which hides less).
 */
export async function benchDecide(
  options: { rounds?: number; perRound?: number; durable?: boolean } = {},
): Promise<DecideBench> {
  const { rounds = 15, perRound = 200, durable = true } = options;
  const home = await mkdtemp(join(tmpdir(), "golive-bench-"));
  await chmod(home, 0o755);
  const settings = durable ? {} : { synchronous_commit: "off" };
  const server = await startPostgres({ dataDir: join(home, "data"), persistent: false, settings });
  try {
    await ensureRoles(server.url);
    const { ownerUrl, appUrl } = await ensureDatabase(server.url, "bench");
    await migrate(ownerUrl);
    await preparePlainTables(ownerUrl);
    const contenders = {
      plain: await preparePlain(appUrl, false),
      prepared: await preparePlain(appUrl, true),
      decide: await prepareDecide(appUrl),
    };
    const order = ["plain", "decide", "prepared"] as const;
    const times: Record<(typeof order)[number], number>[] = [];
    // Round 0 warms up. A release has about 50 events, so each round goes through several.
    for (let round = 0; round <= rounds; round++) {
      const took = { plain: 0, prepared: 0, decide: 0 };
      // In turn, so that nobody always runs in the same one's wake.
      for (let turn = 0; turn < order.length; turn++) {
        const who = order[(turn + round) % order.length] ?? "plain";
        const { write } = contenders[who];
        took[who] = await timed(perRound, (n) => write(`${who}-${round}-${Math.floor(n / 50)}`, (n % 50) + 1));
      }
      if (round > 0) times.push(took);
    }
    for (const who of order) await contenders[who].close();
    return {
      plainMs: median(times.map((each) => each.plain)),
      decideMs: median(times.map((each) => each.decide)),
      ratio: median(times.map((each) => each.decide / each.plain)),
      ratioPrepared: median(times.map((each) => each.decide / each.prepared)),
      rounds,
      perRound,
      durable,
    };
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}
