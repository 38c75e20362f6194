import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Faults } from "#sandbox/rag/faults";
import { ingest } from "#sandbox/rag/ingest";
import { createStore, putConfig, setPointer } from "#sandbox/rag/rag-store";
import { defaultServiceConfig, SERVICE_VARIABLES, serviceEnvironment } from "#sandbox/rag/service-defaults";
import { type Config, loadConfig } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";
import type { ServiceConfig } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import { candidateRun } from "#src/gates/candidate-run";
import { database } from "#src/gates/database";
import { createEnvironmentGate } from "#src/gates/environment";
import type { GateSubject } from "#src/gates/gate";
import { indexPresence } from "#src/gates/index-presence";
import { prefixLeakage } from "#src/gates/prefix-leakage";
import { previousRunIntact } from "#src/gates/previous-run-intact";
import { runGate } from "#src/gates/run-gate";
import { tokenBudget } from "#src/gates/token-budget";
import { createRagStore, prepareRagStore } from "#src/rag/store-postgres";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const environment = createEnvironmentGate({ serviceReport: async () => ({ variables: [...SERVICE_VARIABLES] }) });
const GATES = [environment, database, indexPresence, tokenBudget, prefixLeakage, candidateRun, previousRunIntact];

let config: Config;
let service: ServiceConfig;
let store: TestDatabase;
let counter = 0;

beforeAll(async () => {
  const loaded = await loadConfig(path("configs"));
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  config = loaded.config;
  const [first] = listServices(config);
  if (first === undefined) throw new Error("no service configured");
  service = first;
  store = await createEmptyDatabase();
  await createStore(store.ownerUrl, { grantTo: "golive_app" });
  await prepareRagStore({ connectionString: store.ownerUrl, grantTo: "golive_app" });
  await putConfig(store.ownerUrl, "cfg-1", defaultServiceConfig());
});
afterAll(() => store.drop());

/** One live run and one candidate with these faults; the verdicts of all data gates on the shipped configuration. */
async function verdictsWith(faultsFor: (live: string) => Faults): Promise<Record<string, string>> {
  counter += 1;
  const live = `live-${counter}`;
  const run = `candidate-${counter}`;
  const from = { dir: path("sandbox/corpus") };
  await ingest({ connectionString: store.ownerUrl, run: live, from });
  await setPointer(store.ownerUrl, "support-docs", { run: live, config: "cfg-1" });
  await ingest({ connectionString: store.ownerUrl, run, from, faults: faultsFor(live) });
  const rag = createRagStore({ service, connectionString: store.appUrl });
  const subject: GateSubject = {
    service,
    candidate: { run, config: "cfg-1" },
    active: { run: live, config: "cfg-1" },
    frozenManifest: null,
    store: rag,
    adopted: {},
    env: serviceEnvironment(store.appUrl),
    botDatabase: { ping: async () => ({ nowMs: Date.now(), missingMigrations: [], writable: true }) },
    machineNow: () => Date.now(),
  };
  try {
    const verdicts: Record<string, string> = {};
    for (const gate of GATES) {
      const result = await runGate(gate, subject, AbortSignal.timeout(20_000));
      verdicts[gate.id] = result.verdict === "pass" ? "pass" : `${result.verdict}: ${result.summary}`;
    }
    return verdicts;
  } finally {
    await rag.close();
  }
}

const allPass = Object.fromEntries(GATES.map((gate) => [gate.id, "pass"]));

describe("the demo's store under the shipped configuration", () => {
  it("passes every gate when ingestion went well, read as the bot's own role", async () => {
    expect(await verdictsWith(() => ({}))).toEqual(allPass);
  });

  it.each([
    ["a leaked prefix", () => ({ leakPrefix: 3 }), { "prefix-leakage": /^fail: .*3 of / }],
    ["over-long chunks", () => ({ overLong: 2 }), { "token-budget": /^fail: .*2/ }],
    ["missing embeddings", () => ({ nullEmbeddings: 4 }), { "index-presence": /^fail: .*4/ }],
    [
      "an ingestion that died",
      () => ({ stopAfter: 9 }),
      { "candidate-run": /^fail: .*not finished|^fail: .*incomplete/ },
    ],
    [
      "an upsert over the live run",
      (live: string) => ({ upsertOver: { run: live, chunks: 5 } }),
      { "candidate-run": /^fail/, "previous-run-intact": /^fail/ },
    ],
  ] as const)("fails exactly where it should on %s", async (_what, faultsFor, expected) => {
    const verdicts = await verdictsWith(faultsFor);
    const red = Object.keys(verdicts).filter((gate) => verdicts[gate] !== "pass");
    expect(red, JSON.stringify(verdicts)).toEqual(GATES.map((gate) => gate.id).filter((id) => id in expected));
    for (const [gate, pattern] of Object.entries(expected)) expect(verdicts[gate]).toMatch(pattern);
  });
});
