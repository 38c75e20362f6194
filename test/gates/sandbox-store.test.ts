import { join } from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ingest } from "#sandbox/rag/ingest";
import { createStore, putConfig, setPointer } from "#sandbox/rag/rag-store";
import { defaultServiceConfig, serviceEnvironment } from "#sandbox/rag/service-defaults";
import { composeChecks } from "#src/compose-checks";
import { composeModels } from "#src/compose-models";
import { type Config, loadConfig } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import type { GateSubject } from "#src/gates/gate";
import { runGate } from "#src/gates/run-gate";
import { createLog } from "#src/log";
import { createRagService } from "#src/rag/service-http";
import type { RagStore } from "#src/rag/store";
import { createRagStore, prepareRagStore } from "#src/rag/store-postgres";
import { newService } from "#src/release/evolve-service";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { namedVariables, paced } from "#test/support/named";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { startServiceBehind } from "#test/support/rag-service-house";

let storeDatabase: TestDatabase;
let botDatabase: TestDatabase;
let pool: Pool;
let store: RagStore;
let config: Config;
let service: ServiceConfig;
let checks: ReturnType<typeof composeChecks>;
const releasers: Releasers = [];

beforeAll(async () => {
  [storeDatabase, botDatabase] = [await createEmptyDatabase(), await createTestDatabase()];
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  config = paced(loaded.config);
  const [first] = listServices(config);
  if (first === undefined) throw new Error("golive.yaml has no service");
  service = first;
  await createStore(storeDatabase.ownerUrl);
  await prepareRagStore({ connectionString: storeDatabase.ownerUrl, grantTo: "golive_app" });
  // Again, with the rights that docs/rag-store.md lists: the schema belongs to the owner, the connection to make it is an admin's.
  await createStore(storeDatabase.adminUrl, { grantTo: "golive_app" });
  const corpus = join(import.meta.dirname, "../../sandbox/corpus");
  for (const run of ["2026-11-01", "2026-11-02"]) {
    await ingest({ connectionString: storeDatabase.ownerUrl, run, from: { dir: corpus } });
  }
  for (const version of ["v1", "v2"]) await putConfig(storeDatabase.ownerUrl, version, defaultServiceConfig());
  await setPointer(storeDatabase.ownerUrl, service.id, { run: "2026-11-01", config: "v1" });
  pool = new Pool({ connectionString: botDatabase.appUrl });
  store = createRagStore({ service, connectionString: storeDatabase.appUrl });
  const { bedrock, ragService } = await startServiceBehind(releasers, storeDatabase);
  const named = namedVariables(config, {
    store: storeDatabase.appUrl,
    service: ragService.url,
    bedrock: bedrock.url,
  });
  const log = createLog({ level: "silent", secrets: [] });
  const models = composeModels({ config, pool, databaseUrl: botDatabase.appUrl, access: named.modelAccess, log });
  releasers.push(() => models.close());
  const governed = {
    service,
    store,
    connectionString: storeDatabase.appUrl,
    ragService: createRagService({ url: ragService.url, token: null, timeoutMs: 20_000 }),
  };
  checks = composeChecks({
    config,
    pool,
    variables: serviceEnvironment(storeDatabase.appUrl, { url: ragService.url, bedrock: bedrock.url }),
    governed: () => governed,
    serviceState: async () => newService(service.id),
    models,
    log,
  });
});
afterAll(async () => {
  await release(releasers);
  await store.close();
  await pool.end();
  await storeDatabase.drop();
  await botDatabase.drop();
});

async function subject(): Promise<GateSubject> {
  return {
    ...(await checks.surroundingsOf(service.id)),
    candidate: { run: "2026-11-02", config: "v2" },
    active: { run: "2026-11-01", config: "v1" },
    frozenManifest: null,
  };
}

describe("every gate over the shipped configuration, an ingested corpus and the bot's own roles", () => {
  it("passes, two databases apart, and the same again with the same evidence", async () => {
    for (const gate of checks.gates.values()) {
      const [one, two] = [
        await runGate(gate, await subject(), AbortSignal.timeout(30_000)),
        await runGate(gate, await subject(), AbortSignal.timeout(30_000)),
      ];
      expect([gate.id, one.verdict, one.summary]).toEqual([gate.id, "pass", one.summary]);
      expect(two.evidenceHash).toBe(one.evidenceHash);
    }
  });

  it.each([
    ["leaked the prefix", "prefix-leakage", { leakPrefix: 3 }],
    ["did not cut", "token-budget", { overLong: 1 }],
    ["lost embeddings", "index-presence", { nullEmbeddings: 2 }],
    ["died half-way", "candidate-run", { stopAfter: 5 }],
  ])("fails an ingestion that %s, in the check %s", async (_what, id, faults) => {
    const run = `faulty-${id}`;
    const corpus = join(import.meta.dirname, "../../sandbox/corpus");
    await ingest({ connectionString: storeDatabase.ownerUrl, run, from: { dir: corpus }, faults });
    const gate = checks.gates.get(id);
    if (gate === undefined) throw new Error(`no gate ${id}`);
    const faulty = { ...(await subject()), candidate: { run, config: "v2" } };
    expect(await runGate(gate, faulty, AbortSignal.timeout(30_000))).toMatchObject({ verdict: "fail" });
  });

  it("recognises what ingestion recorded as its own digest", async () => {
    const recorded = await store.run("2026-11-02");
    expect(await store.digest("2026-11-02")).toEqual({ chunks: recorded?.chunks, digest: recorded?.digest });
  });
});
