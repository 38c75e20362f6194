import { readdir, readFile, readlink } from "node:fs/promises";
import { Pool } from "pg";
import { z } from "zod";
import { eventually } from "#test/kill/eventually";

const bodySchema = z.object({
  stream: z.string(),
  type: z.string(),
  by: z.looseObject({ id: z.string() }),
  data: z.record(z.string(), z.unknown()),
});

/** One row of the journal, read past the program. */
export type Fact = {
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly by: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type LedgerRow = {
  readonly id: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly outcome: string;
};
export type PostRow = { readonly key: string; readonly state: string; readonly last_error: string | null };
export type JobRow = {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly check: string | null;
  readonly retries: number;
};

/** What stands in the databases, asked by a superuser of its own: nothing here goes through the program under test. */
export type Facts = {
  /** The journal from its beginning. */
  journal(): Promise<readonly Fact[]>;
  ofRelease(release: string): Promise<readonly Fact[]>;
  /** The store's ledger of flips, oldest first. */
  ledger(): Promise<readonly LedgerRow[]>;
  posts(release: string): Promise<readonly PostRow[]>;
  /** Whether the release's message is as the journal wants it, and nobody has it in hand. */
  isPainted(release: string): Promise<boolean>;
  /** Whether Slack has everything that was wanted so far, whatever it is about. */
  isAllSaid(): Promise<boolean>;
  /** Jobs about this release; those of the timer that looks after releases left out. */
  jobs(release: string): Promise<readonly JobRow[]>;
  /** Schemas that a proof of a backup left behind. */
  scratchSchemas(): Promise<number>;
  /**
   * A killed process still holds its Slack rows for a minute, in case that it is only slow. It is not: that minute passes now.
   * How it passes by itself is a story of its own.
   */
  forgetLeasesOf(pid: number): Promise<void>;
  /** Asks until it holds. */
  until(what: string, holds: () => Promise<boolean>, timeoutMs?: number): Promise<true>;
  /** Which of these processes this backend of the RAG store's database works for. */
  holderOf(backend: number, pids: readonly number[]): Promise<number>;
  /** Resolves when this backend of Golive's database has ended: what it was doing is committed or rolled back by then. */
  backendGone(pid: number): Promise<void>;
  close(): Promise<void>;
};

export function readFacts(goliveUrl: string, ragUrl: string): Facts {
  const golive = quietPool(goliveUrl);
  const rag = quietPool(ragUrl);

  async function journal(): Promise<readonly Fact[]> {
    const { rows } = await golive.query<{ position: string; body: string }>(
      "SELECT position, body FROM golive.journal ORDER BY position",
    );
    return rows.map(({ position, body }) => {
      const { stream, type, by, data } = bodySchema.parse(JSON.parse(body));
      return { position: Number(position), stream, type, by: by.id, data };
    });
  }

  return {
    journal,
    ofRelease: async (release) => (await journal()).filter(({ stream }) => stream === `release/${release}`),
    async ledger() {
      const { rows } = await rag.query<LedgerRow>(
        `SELECT id, from_run AS "from", to_run AS "to", outcome FROM golive_store.golive_flip ORDER BY seq`,
      );
      return rows;
    },
    async posts(release) {
      const { rows } = await golive.query<PostRow>(
        "SELECT key, state, last_error FROM golive.outbox WHERE target->>'subject' = $1 ORDER BY key",
        [release],
      );
      return rows;
    },
    async isPainted(release) {
      const { rows } = await golive.query<{ painted: boolean }>(
        "SELECT wanted = painted AND lease_by IS NULL AS painted FROM golive.slack_message WHERE subject = $1",
        [release],
      );
      return rows[0]?.painted === true;
    },
    async isAllSaid() {
      const { rows } = await golive.query<{ open: boolean }>(
        `SELECT EXISTS (SELECT FROM golive.slack_message WHERE wanted > painted OR lease_by IS NOT NULL)
           OR EXISTS (SELECT FROM golive.outbox WHERE state IN ('waiting', 'sending')) AS open`,
      );
      return rows[0]?.open === false;
    },
    async jobs(release) {
      const { rows } = await golive.query<JobRow>(
        `SELECT id, name, state::text AS state, data->>'check' AS "check", retry_count AS retries FROM golive_jobs.job
         WHERE data->>'release' = $1 AND name <> 'revalidate'`,
        [release],
      );
      return rows;
    },
    async scratchSchemas() {
      const { rows } = await rag.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'golive_scratch_%'");
      return rows.length;
    },
    async forgetLeasesOf(pid) {
      const mine = `%/${pid}/%`;
      for (const table of ["golive.slack_message", "golive.outbox"]) {
        await golive.query(`UPDATE ${table} SET lease_until = now() WHERE lease_until > now() AND lease_by LIKE $1`, [
          mine,
        ]);
      }
    },
    until: (what, holds, timeoutMs = 120_000) =>
      eventually(what, async () => ((await holds()) ? true : null), { timeoutMs }),
    async holderOf(backend, pids) {
      const { rows } = await rag.query<{ port: number }>(
        "SELECT client_port AS port FROM pg_stat_activity WHERE pid = $1",
        [backend],
      );
      const port = rows[0]?.port ?? -1;
      for (const pid of pids) if (await hasLocalPort(pid, port)) return pid;
      throw new Error(`nobody of ${pids.join(", ")} has the connection from port ${port}`);
    },
    async backendGone(pid) {
      await eventually(`backend ${pid} to end`, async () => {
        const { rows } = await golive.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [pid]);
        return rows.length === 0 ? true : null;
      });
    },
    async close() {
      await Promise.all([golive.end(), rag.end()]);
    },
  };
}

function quietPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, application_name: "kill-test-facts", max: 2 });
  // The database is killed in some stories; the next question gets a new connection.
  pool.on("error", () => undefined);
  return pool;
}

/** Linux: whether a TCP connection of this process begins at this local port. */
async function hasLocalPort(pid: number, port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const table = await readFile(`/proc/${pid}/net/tcp`, "utf8");
  const inodes = table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local]) => local?.endsWith(`:${hex}`) === true)
    .map((fields) => `socket:[${fields[9]}]`);
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  return links.some((link) => inodes.includes(link));
}
