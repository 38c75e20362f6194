import { chmod, mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { Client, Pool } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { createIntakeRoutes } from "#src/http/intake-routes";
import { createMachineServer } from "#src/http/machine-server";
import { createRoutes } from "#src/http/routes";
import { migrate } from "#src/journal/migrate";
import { createLog } from "#src/log";
import { groupWrites } from "#src/observations/group-writes";
import { createIntake } from "#src/observations/intake";
import { createIntakeCounts } from "#src/observations/intake-counts";
import { storeObservations } from "#src/observations/store-observations";
import { HOUR, iso, type Line, record, START } from "#test/canary/recording";
import { median, percentile } from "./statistics.ts";

/** Requests of one size: medians over alternating rounds, in milliseconds of the clock. */
export type IntakeBench = {
  readonly linesEach: number;
  readonly requests: number;
  readonly clients: number;
  readonly bytesEach: number;
  /** All requests together, divided by their number: 1,000 / this are the requests a second. */
  readonly ours: Timing;
  /** COPY of the same rows into a table without any index, a transaction per request, as many connections as there are clients. */
  readonly copy: Timing;
  /** COPY of all rows in one transaction on one connection, divided by the number of requests. */
  readonly oneCopyMs: number;
};
export type Timing = { readonly eachMs: number; readonly p99Ms: number };

const SETTINGS = [
  { linesEach: 500, requests: 100, clients: 8 },
  { linesEach: 1, requests: 3_000, clients: 32 },
];

/** Golive's intake, HTTP to durable rows, against bare COPY of what it stores. The clients share the process with the intake. */
export async function benchIntake({
  rounds = 3,
  say = (_: string): void => undefined,
} = {}): Promise<readonly IntakeBench[]> {
  const home = await mkdtemp(join(tmpdir(), "golive-bench-intake-"));
  await chmod(home, 0o755);
  const server = await startPostgres({ dataDir: join(home, "data"), persistent: false });
  try {
    await ensureRoles(server.url);
    const { ownerUrl, appUrl } = await ensureDatabase(server.url, "intake");
    await migrate(ownerUrl);
    const owner = new Pool({ connectionString: ownerUrl, max: 40 });
    const app = new Pool({ connectionString: appUrl, max: 10 });
    const results: IntakeBench[] = [];
    for (const setting of SETTINGS) {
      say(`intake, ${setting.requests} requests of ${setting.linesEach}, ${rounds} rounds`);
      results.push(await measure({ owner, app, ownerUrl }, setting, rounds));
    }
    await Promise.all([owner.end(), app.end()]);
    return results;
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

type Databases = { readonly owner: Pool; readonly app: Pool; readonly ownerUrl: string };
type Setting = (typeof SETTINGS)[number];

async function measure({ owner, app, ownerUrl }: Databases, setting: Setting, rounds: number): Promise<IntakeBench> {
  const { linesEach, requests, clients } = setting;
  const batches = batchesOf(linesEach, requests);
  const bodies = batches.map((lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const copies = batches.map((lines) => lines.map(copyRow).join(""));
  const services = Array.from({ length: rounds }, (_, round) => `bench-${linesEach}-${round}`);
  const intake = await openIntake(app, services);
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const all: { ours: Timing[]; copy: Timing[]; one: number[] } = { ours: [], copy: [], one: [] };
  try {
    for (const service of services) {
      all.ours.push(await timed(clients, bodies, (body) => post(agent, intake.port, tokenOf(service), body)));
      await assertStored(app, service, linesEach * requests);
      await owner.query("DROP TABLE IF EXISTS bare");
      await owner.query("CREATE TABLE bare (service text, at timestamptz, trace_id text, arm text, body text)");
      all.copy.push(await timed(clients, copies, (rows) => copyWith(owner, rows)));
      await owner.query("TRUNCATE bare");
      const started = performance.now();
      await copyAll(ownerUrl, copies);
      all.one.push((performance.now() - started) / requests);
    }
  } finally {
    agent.destroy();
    await intake.stop();
  }
  const middle = (timings: readonly Timing[]): Timing => ({
    eachMs: median(timings.map(({ eachMs }) => eachMs)),
    p99Ms: median(timings.map(({ p99Ms }) => p99Ms)),
  });
  const bytesEach = Math.round(bodies.reduce((sum, body) => sum + body.length, 0) / requests);
  return { ...setting, bytesEach, ours: middle(all.ours), copy: middle(all.copy), oneCopyMs: median(all.one) };
}

/** A day of requests, both arms, cut into batches in the order of time. */
function batchesOf(linesEach: number, requests: number): readonly Line[][] {
  const lines = record({ hours: 24, perHour: Math.ceil((linesEach * requests) / 48) });
  return Array.from({ length: requests }, (_, n) => lines.slice(n * linesEach, (n + 1) * linesEach));
}

const tokenOf = (service: string): string => `token-of-${service}-0123456789`;

async function openIntake(app: Pool, services: readonly string[]) {
  const counts = createIntakeCounts();
  const take = createIntake({
    store: groupWrites((rows) => storeObservations(app, rows)),
    now: () => START + 24 * HOUR,
    lateAfterMs: 48 * HOUR,
    counts,
  });
  const tokens = new Map(services.map((service) => [service, tokenOf(service)]));
  const intake = createIntakeRoutes({ tokens, take, counts, log: createLog({ level: "warn", secrets: [] }) });
  const routes = createRoutes({ ready: async () => true, metrics: null, intake });
  const server = createMachineServer({ host: "127.0.0.1", port: 0, routes });
  return { port: await server.start(), stop: () => server.stop() };
}

/** `clients` at a time, each with its next one as soon as it has its answer. */
async function timed<T>(clients: number, jobs: readonly T[], work: (job: T) => Promise<void>): Promise<Timing> {
  const waiting = jobs.values();
  const took: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (const job of waiting) {
        const at = performance.now();
        await work(job);
        took.push(performance.now() - at);
      }
    }),
  );
  return { eachMs: (performance.now() - started) / jobs.length, p99Ms: percentile(took, 0.99) };
}

const post = (agent: Agent, port: number, token: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-length": Buffer.byteLength(body) };
    const options = { agent, host: "127.0.0.1", port, path: "/v1/observations", method: "POST", headers };
    request(options, (response) => {
      response.resume().once("end", resolve).once("error", reject);
      if (response.statusCode !== 200) reject(new Error(`the intake answered ${response.statusCode}`));
    })
      .once("error", reject)
      .end(body);
  });

async function assertStored(app: Pool, service: string, wanted: number): Promise<void> {
  const sql = "SELECT count(*)::int AS count FROM golive.observation WHERE service = $1";
  const { rows } = await app.query<{ count: number }>(sql, [service]);
  if (rows[0]?.count !== wanted) throw new Error(`${rows[0]?.count} of ${wanted} observations were stored`);
}

const COPY = "COPY bare FROM STDIN";

/** JSON holds no tab and no line break; a backslash means something to COPY. */
const copyRow = (line: Line): string =>
  `bench\t${iso(Date.parse(line.at))}\t${line.trace_id}\t${line.arm}\t${JSON.stringify(line).replaceAll("\\", "\\\\")}\n`;

async function copyWith(pool: Pool, rows: string): Promise<void> {
  const client = await pool.connect();
  try {
    const stream = client.query(copyFrom(COPY));
    stream.end(rows);
    await finished(stream);
  } finally {
    client.release();
  }
}

async function copyAll(url: string, copies: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const stream = client.query(copyFrom(COPY));
    for (const rows of copies) {
      if (!stream.write(rows)) await new Promise((resolve) => stream.once("drain", resolve));
    }
    stream.end();
    await finished(stream);
  } finally {
    await client.end();
  }
}
