import { join } from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ingest } from "#sandbox/rag/ingest";
import { createStore, putConfig, setPointer } from "#sandbox/rag/rag-store";
import { defaultServiceConfig, serviceEnvironment } from "#sandbox/rag/service-defaults";
import { createBackupRecords } from "#src/backup/backup-records";
import { type Config, loadConfig } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import type { GateSubject } from "#src/gates/gate";
import { createGates, gateThresholds } from "#src/gates/registry";
import { runGate } from "#src/gates/run-gate";
import { createProofRecords } from "#src/gates/self-test/proof-records";
import { createProveGates } from "#src/gates/self-test/prove-gates";
import { missingMigrations } from "#src/journal/migrate";
import { collectManifest } from "#src/manifest/collect-manifest";
import type { RagStore } from "#src/rag/store";
import { createRagStore, prepareRagStore } from "#src/rag/store-postgres";
import { createResources } from "#src/resources/read-resources";
import { saveSample } from "#src/resources/sample-rows";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";

let storeDatabase: TestDatabase;
let botDatabase: TestDatabase;
let pool: Pool;
let store: RagStore;
let config: Config;
let service: ServiceConfig;

beforeAll(async () => {
  [storeDatabase, botDatabase] = [await createEmptyDatabase(), await createTestDatabase()];
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  config = loaded.config;
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
});
afterAll(async () => {
  await store.close();
  await pool.end();
  await storeDatabase.drop();
  await botDatabase.drop();
});

function subject(): GateSubject {
  return {
    service,
    candidate: { run: "2026-11-02", config: "v2" },
    active: { run: "2026-11-01", config: "v1" },
    frozenManifest: null,
    store,
    adopted: {},
    env: serviceEnvironment(storeDatabase.appUrl),
    botDatabase: {
      ping: async () => {
        const client = await pool.connect();
        try {
          const { rows } = await client.query<{ now: number }>(
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
          );
          return { nowMs: rows[0]?.now ?? Number.NaN, missingMigrations: await missingMigrations(client) };
        } finally {
          client.release();
        }
      },
    },
    machineNow: () => Date.now(),
  };
}

const gates = createGates({
  manifest: {
    collect: ({ service: asking, candidate, active, store: asked, adopted }, signal) =>
      collectManifest(
        {
          service: asking,
          candidate,
          active,
          store: asked,
          storeUrl: storeDatabase.appUrl,
          adopted,
          qualityGates: config.qualityGates,
          gates: gateThresholds(gates, asking),
          determinism: config.determinism,
        },
        signal,
      ),
  },
  backup: {
    get records() {
      return createBackupRecords(pool);
    },
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  },
  resources: {
    limits: { event_loop_lag_ms: 60_000, rss_mb: 100_000, queue_depth: 1 },
    samples: async () => {
      await saveSample(pool, "test", "bot", { observedMs: 60_000, eventLoopLagMs: 3, rssBytes: 1e8, cpuShare: 0.1 });
      return createResources(pool, null).samples();
    },
    depths: () => createResources(pool, null).depths(),
  },
  selfTest: {
    prove: (around, signal) => createProveGates(createProofRecords(pool))([...gates.values()], around, signal),
  },
});

describe("every gate over the shipped configuration, an ingested corpus and the bot's own roles", () => {
  it("passes, two databases apart, and the same again with the same evidence", async () => {
    for (const gate of gates.values()) {
      const [one, two] = [
        await runGate(gate, subject(), AbortSignal.timeout(30_000)),
        await runGate(gate, subject(), AbortSignal.timeout(30_000)),
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
    const gate = gates.get(id);
    if (gate === undefined) throw new Error(`no gate ${id}`);
    const faulty = { ...subject(), candidate: { run, config: "v2" } };
    expect(await runGate(gate, faulty, AbortSignal.timeout(30_000))).toMatchObject({ verdict: "fail" });
  });

  it("recognises what ingestion recorded as its own digest", async () => {
    const recorded = await store.run("2026-11-02");
    expect(await store.digest("2026-11-02")).toEqual({ chunks: recorded?.chunks, digest: recorded?.digest });
  });
});
