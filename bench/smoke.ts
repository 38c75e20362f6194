import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import { z } from "zod";
import { writePacedConfigs } from "#sandbox/demo/paced-configs";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { ingest } from "#sandbox/rag/ingest";
import { createStore, putConfig, setPointer } from "#sandbox/rag/rag-store";
import { defaultServiceConfig, serviceEnvironment } from "#sandbox/rag/service-defaults";
import { withCore } from "#src/cli/open-core";
import type { Core } from "#src/compose";
import { migrate } from "#src/journal/migrate";
import type { SmokeResult } from "#src/operations/smoke/suites";
import { prepareRagStore } from "#src/rag/store-postgres";
import { endChild, hear, startChild } from "./child.ts";
import { createSeconds, type Seconds, type Spent, watchTheWire } from "./smoke/seconds.ts";

/** A night over the whole sandbox, second by second. */
export type SmokeBench = {
  readonly spent: Spent;
  readonly result: SmokeResult;
  readonly bySuite: readonly { readonly suite: string; readonly milliseconds: number }[];
  readonly perSecond: number;
};

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SERVICE = "support-docs";
/** The product's 0.12 a second, ten times as fast: our own code weighs ten times as much as it does there. */
const PER_SECOND = 1.2;
/** The night before it, which leaves its grades behind. */
const FIRST_PER_SECOND = 30;
const CALL_MS = 60;
const urls = z.object({ bedrock: z.string(), service: z.string() });

/** The second night: it has a green run to compare with. */
export async function benchSmoke({ say }: { readonly say: (line: string) => void }): Promise<SmokeBench> {
  const folder = await mkdtemp(join(tmpdir(), "golive-bench-smoke-"));
  await chmod(folder, 0o755);
  const postgres = await startPostgres({ dataDir: join(folder, "data"), persistent: false });
  let child: ReturnType<typeof startChild> | null = null;
  try {
    await ensureRoles(postgres.url);
    const golive = await ensureDatabase(postgres.url, "bench");
    const rag = await ensureDatabase(postgres.url, "rag");
    await migrate(golive.ownerUrl);
    await fill(rag.adminUrl);
    const order = JSON.stringify({ storeUrl: rag.appUrl, latencyMs: CALL_MS });
    child = startChild(new URL("./smoke/sandbox.ts", import.meta.url), { BENCH_ORDER: order });
    const { bedrock, service } = await hear(child, urls);
    const env = { ...serviceEnvironment(rag.appUrl, { url: service, bedrock }), DATABASE_URL: golive.appUrl };
    // What the AWS SDK signs with; the local Bedrock takes any.
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" });
    // Before anything takes hold of fetch or of a connection.
    const seconds = createSeconds();
    watchTheWire(seconds);
    say("smoke, first night");
    const fast = await writeConfigs(join(folder, "first"), FIRST_PER_SECOND);
    const first = await withCore(ioOf({ ...env, GOLIVE_CONFIG: fast }, say), { service: SERVICE }, ({ core }) =>
      night(core, null),
    );
    say("smoke, second night");
    const slow = await writeConfigs(join(folder, "second"), PER_SECOND);
    return await withCore(ioOf({ ...env, GOLIVE_CONFIG: slow }, say), { service: SERVICE }, async ({ core }) => {
      watchTheBudget(core, seconds);
      seconds.start();
      const result = await night(core, first);
      const spent = seconds.end();
      const bySuite = result.suites.map(({ id, milliseconds }) => ({ suite: id, milliseconds }));
      return { spent, result, bySuite, perSecond: PER_SECOND };
    });
  } finally {
    if (child !== null) await endChild(child, "SIGKILL");
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const ioOf = (env: Readonly<Record<string, string>>, err: (line: string) => void) => ({
  out: () => undefined,
  err,
  env: { ...env, LOG_LEVEL: "error" },
  stopSignal: () => new Promise<string>(() => undefined),
  inputClosed: () => new Promise<void>(() => undefined),
});

function night(core: Core, green: SmokeResult | null): Promise<SmokeResult> {
  const earlier =
    green === null
      ? null
      : { operation: "op_bench", number: 1, at: 0, stopped: false, suites: green.suites, called: null };
  const { signal } = new AbortController();
  return core.smoke({
    service: SERVICE,
    earlier: {
      green: earlier,
      last: earlier,
      suites: earlier === null ? {} : { "rag-qa": earlier, "meta-ops": earlier },
    },
    metricsUrl: null,
    signal,
  });
}

/** From the wish for a place to the place. */
function watchTheBudget({ models: { limiter } }: Core, seconds: Seconds): void {
  const run: Core["models"]["limiter"]["run"] = limiter.run.bind(limiter);
  const watched: typeof run = async (request, work) => {
    const end = seconds.begin("budget");
    try {
      return await run(request, (held) => {
        end();
        return work(held);
      });
    } finally {
      end();
    }
  };
  Object.defineProperty(limiter, "run", { value: watched });
}

async function fill(url: string): Promise<void> {
  await createStore(url, { grantTo: "golive_app", scratch: true });
  await prepareRagStore({ connectionString: url, grantTo: "golive_app" });
  await putConfig(url, "v1", defaultServiceConfig());
  await ingest({ connectionString: url, run: "run-1", from: { dir: join(ROOT, "sandbox/corpus") } });
  await setPointer(url, SERVICE, { run: "run-1", config: "v1" });
}

async function writeConfigs(to: string, perSecond: number): Promise<string> {
  await writePacedConfigs({
    from: join(ROOT, "configs"),
    to,
    gold: join(ROOT, "sandbox/corpus/gold.jsonl"),
    evaluates: false,
  });
  const file = join(to, "golive.yaml");
  const document = parseDocument(await readFile(file, "utf8"));
  const pace = { per_second: perSecond, max_in_flight: 1 };
  for (const [key, value] of Object.entries(pace)) document.setIn(["models", "limits", key], value);
  document.setIn(["models", "profiled"], { ...pace, reason: "the bench's local models" });
  document.setIn(["services", SERVICE, "smoke", "off"], {
    "ops-health/resource-monitoring": "no bot runs in the bench",
  });
  await writeFile(file, document.toString({ lineWidth: 0 }));
  return to;
}
