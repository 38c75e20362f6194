import { Pool } from "pg";
import { createIntakeRoutes } from "#src/http/intake-routes";
import { createMachineServer } from "#src/http/machine-server";
import type { PressureLimits } from "#src/http/pressure";
import { createRoutes } from "#src/http/routes";
import { createPool } from "#src/journal/pool";
import { createLog } from "#src/log";
import { groupWrites } from "#src/observations/group-writes";
import { createIntake } from "#src/observations/intake";
import { createIntakeCounts, type IntakeCounts } from "#src/observations/intake-counts";
import { storeObservations } from "#src/observations/store-observations";
import { type Line, layLine } from "#test/support/line";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

/** The service of the shipped configuration. */
export const SERVICE = "support-docs";
export const TOKEN = "docs-token-0123456789";
export const OTHER_TOKEN = "help-token-0123456789";
/** When nobody says otherwise. */
export const NOW = Date.UTC(2026, 2, 28, 12);

export type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers };
export type PostOptions = {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | null;
};

export type IntakeHouse = {
  readonly database: TestDatabase;
  /** A superuser's connections, past the product. */
  readonly eyes: Pool;
  readonly line: Line;
  readonly counts: IntakeCounts;
  readonly url: string;
  /** Domain time, as the intake sees it. */
  setNow(now: number): void;
  post(body: string | Uint8Array, options?: PostOptions): Promise<Answer>;
  /** Trace ids that are stored, in the order of time. */
  stored(service?: string): Promise<string[]>;
  stop(): Promise<void>;
};

/** The intake behind the machine server, on a database of its own that is reached over a wire which can be cut. */
export async function openIntakeHouse(limits?: PressureLimits): Promise<IntakeHouse> {
  const database = await createTestDatabase();
  const line = await layLine(database.appUrl);
  const pool = createPool({ url: line.url, name: "intake-test", max: 4 });
  const eyes = new Pool({ connectionString: database.adminUrl });
  const counts = createIntakeCounts();
  let now = NOW;
  const take = createIntake({
    store: groupWrites((rows) => storeObservations(pool, rows)),
    now: () => now,
    lateAfterMs: 24 * 3_600_000,
    counts,
  });
  const tokens = new Map([
    [SERVICE, TOKEN],
    ["help", OTHER_TOKEN],
  ]);
  const log = createLog({ level: "silent", secrets: [] });
  const intake = createIntakeRoutes({ tokens, take, counts, log, ...(limits === undefined ? {} : { limits }) });
  const routes = createRoutes({ ready: async () => true, metrics: null, intake });
  const server = createMachineServer({ host: "127.0.0.1", port: 0, routes });
  const url = `http://127.0.0.1:${await server.start()}`;
  return {
    database,
    eyes,
    line,
    counts,
    url,
    setNow: (at) => {
      now = at;
    },
    async post(body, { path = "/v1/observations", headers = {}, token = TOKEN } = {}) {
      const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${url}${path}`, {
        method: "POST",
        body: new Blob([body]),
        headers: { ...authorization, ...headers },
      });
      return { status: response.status, body: JSON.parse(await response.text()), headers: response.headers };
    },
    async stored(service = SERVICE) {
      const sql = `SELECT trace_id FROM golive.observation WHERE service = $1 ORDER BY at, trace_id COLLATE "C"`;
      return (await eyes.query<{ trace_id: string }>(sql, [service])).rows.map((row) => row.trace_id);
    },
    async stop() {
      await server.stop();
      await pool.end();
      await line.close();
      await eyes.end();
      await database.drop();
    },
  };
}
