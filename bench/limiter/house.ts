import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { migrate } from "#src/journal/migrate";
import { endChild, hear, startChild } from "../child.ts";
import { heardSchema, type Order } from "./orders.ts";

const logSchema = z.object({
  entries: z.array(
    z.object({
      operation: z.string(),
      arrivedAt: z.number(),
      inFlight: z.number(),
      endedAt: z.number().nullable(),
      aborted: z.boolean(),
    }),
  ),
});

/** A request as the local Bedrock saw it. */
export type Seen = z.infer<typeof logSchema>["entries"][number];

export type Caller = {
  /** SIGKILL, so long after its next call began. Resolves when it is gone. */
  dieInCall(afterMs: number): Promise<void>;
  /** Lets it finish; answers how often something went wrong in it. */
  stop(): Promise<number>;
};

/** A Postgres that waits for its disk, the local Bedrock as a process, and as many callers as are asked for. */
export type LimiterHouse = {
  /** Golive's own database as `golive_app`, and the local Bedrock. */
  readonly databaseUrl: string;
  readonly endpoint: string;
  setLatency(ms: number): Promise<void>;
  /** Requests to models since the last `clearLog`, oldest first. */
  log(): Promise<readonly Seen[]>;
  clearLog(): Promise<void>;
  startCaller(order: Omit<Order, "databaseUrl" | "endpoint" | "region">): Promise<Caller>;
  close(): Promise<void>;
};

export async function openLimiterHouse(): Promise<LimiterHouse> {
  const folder = await mkdtemp(join(tmpdir(), "golive-bench-"));
  await chmod(folder, 0o755);
  const postgres = await startPostgres({ dataDir: join(folder, "data"), persistent: false });
  const children: ChildProcess[] = [];
  const child = (file: string) => {
    const started = startChild(new URL(file, import.meta.url));
    children.push(started);
    return started;
  };
  const close = async () => {
    for (const each of children) await endChild(each, "SIGKILL");
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ensureRoles(postgres.url);
    const { ownerUrl, appUrl } = await ensureDatabase(postgres.url, "bench");
    await migrate(ownerUrl);
    const endpoint = await hear(child("./server.ts"), z.string());
    const at = (path: string, init: RequestInit = {}) => fetch(`${endpoint}/__sandbox/${path}`, init);
    return {
      databaseUrl: appUrl,
      endpoint,
      async setLatency(latencyMs) {
        await at("settings", { method: "POST", body: JSON.stringify({ latencyMs }) });
      },
      log: async () => logSchema.parse(await (await at("log")).json()).entries,
      async clearLog() {
        await at("log", { method: "DELETE" });
      },
      async startCaller(order) {
        const caller = child("./caller.ts");
        await hear(caller, z.literal("ready"));
        caller.send({ ...order, databaseUrl: appUrl, endpoint, region: "eu-central-1" });
        return {
          async dieInCall(dieInCallAfterMs) {
            const gone = once(caller, "exit");
            caller.send({ dieInCallAfterMs });
            await gone;
          },
          async stop() {
            caller.send({});
            const heard = await hear(caller, heardSchema);
            if (heard === "ready") throw new Error("a caller began twice");
            return heard.troubles;
          },
        };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
