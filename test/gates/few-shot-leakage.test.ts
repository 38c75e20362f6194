import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createStore, putConfig } from "#sandbox/rag/rag-store";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import type { ServiceConfig } from "#src/config/service-config";
import { poolFileName } from "#src/evaluation/few-shot/pool-name";
import { createFewShotLeakageGate } from "#src/gates/few-shot-leakage";
import { readMaterialFrom } from "#src/gates/few-shot-material";
import { runGate } from "#src/gates/run-gate";
import { sha256 } from "#src/manifest/canonical";
import { createRagStore } from "#src/rag/store-postgres";
import { shippedConfig } from "#test/support/bot";
import { gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";

const corpus = fileURLToPath(new URL("../../sandbox/corpus", import.meta.url));
const POOL = "few_shot_pool.jsonl";
const CONFIG = { run: "b", config: "cfg" };

let database: TestDatabase;
let shipped: ServiceConfig;
let directory: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  await createStore(database.adminUrl, { grantTo: "golive_app" });
  const { golive } = await shippedConfig();
  const [[id, service] = []] = Object.entries(golive.services);
  if (id === undefined || service === undefined) throw new Error("no service is configured");
  const datasets = [{ id: "support-docs-gold", file: "gold.jsonl" }];
  shipped = { ...service, id, datasets, few_shot_pool: POOL, applies: {} };
  directory = await mkdtemp(join(tmpdir(), "golive-few-shots-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await database.drop();
});
beforeEach(async () => {
  for (const file of [POOL, "gold.jsonl"]) await copyFile(join(corpus, file), join(directory, file));
  await putConfig(database.adminUrl, CONFIG.config, defaultServiceConfig());
});

type Prompt = ReturnType<typeof defaultServiceConfig>["prompt"];

const configure = async (change: Partial<Prompt> | ((prompt: Prompt) => object)): Promise<void> => {
  const body = defaultServiceConfig();
  const prompt = typeof change === "function" ? change(body.prompt) : { ...body.prompt, ...change };
  await putConfig(database.adminUrl, CONFIG.config, { ...body, prompt });
};
/** Writes the pool anew, and has the configuration use it. */
const use = async (text: string): Promise<void> => {
  await writeFile(join(directory, POOL), text);
  await configure({ few_shot_pool_sha256: sha256(text) });
};

const check = (changes: Partial<ServiceConfig> = {}) => checkOf({ ...shipped, ...changes });
const checkOf = (service: ServiceConfig) => {
  const store = createRagStore({ service, connectionString: database.appUrl });
  const gate = createFewShotLeakageGate({ readMaterial: readMaterialFrom(directory) });
  return runGate(gate, gateSubject(store, { service, candidate: CONFIG }), AbortSignal.timeout(20_000));
};

describe("the leakage guard of a go-live", () => {
  it("passes the sandbox's pool, which is the candidate's, against its eighty-four cases", async () => {
    expect(await check()).toMatchObject({
      verdict: "pass",
      summary: "None of the 84 evaluation cases stands in the few-shot pool of 4.",
      numbers: { pool_entries: 4, evaluation_cases: 84, pairs_blocked: 0 },
      how: expect.stringContaining("the rule cosine did not run"),
    });
  });

  it("fails when a question of the gold set is copied into the pool under another id", async () => {
    const pool = await readFile(join(corpus, POOL), "utf8");
    const [first = "{}"] = (await readFile(join(corpus, "gold.jsonl"), "utf8")).split("\n");
    await use(`${pool.trimEnd()}\n${JSON.stringify({ ...JSON.parse(first), id: "fs-99" })}\n`);
    const leaked = await check();
    expect(leaked).toMatchObject({ verdict: "fail", summary: expect.stringContaining("tp-01 in fs-99 by hash") });
    expect(leaked.numbers).toMatchObject({ pairs_blocked: 1 });
  });

  it("gives another leaking case another evidence hash, so that a waiver of the first does not cover it", async () => {
    const pool = (await readFile(join(corpus, POOL), "utf8")).trimEnd();
    const [first = "{}", second = "{}"] = (await readFile(join(corpus, "gold.jsonl"), "utf8")).split("\n");
    const hashes = [];
    for (const line of [first, second]) {
      await use(`${pool}\n${JSON.stringify({ ...JSON.parse(line), id: "fs-99" })}\n`);
      hashes.push((await check()).evidenceHash);
    }
    expect(new Set(hashes).size).toBe(2);
  });

  it("fails when the file is not the pool that the candidate's configuration names", async () => {
    await writeFile(join(directory, POOL), `${await readFile(join(corpus, POOL), "utf8")}\n`);
    expect(await check()).toMatchObject({ verdict: "fail", summary: expect.stringMatching(/the pool's bytes are/) });
  });

  it("looks at the pool beside the configured one that has the configuration's bytes, and at no other of its name", async () => {
    const text = `${(await readFile(join(corpus, POOL), "utf8")).split("\n").slice(0, 3).join("\n")}\n`;
    const beside = join(directory, poolFileName(POOL, sha256(text)));
    await writeFile(beside, text);
    await configure({ few_shot_ids: ["fs-01"], few_shot_pool_sha256: sha256(text) });
    expect(await check()).toMatchObject({ verdict: "pass", numbers: { pool_entries: 3 } });
    await writeFile(beside, `${text}\n`);
    expect(await check()).toMatchObject({ verdict: "fail", summary: expect.stringMatching(/the pool's bytes are/) });
    await rm(beside);
  });

  it("fails when the configuration uses an example that the pool does not have", async () => {
    await configure({ few_shot_ids: ["fs-01", "fs-77"] });
    expect(await check()).toMatchObject({ verdict: "fail", summary: expect.stringContaining("fs-77") });
  });

  it.each([
    ["the pool's file is gone", { few_shot_pool: "nowhere.jsonl" }, /the pool can't be compared/],
    [
      "a dataset is gone",
      { datasets: [{ id: "gold", file: "nowhere.jsonl" }] },
      /dataset gold: its file can't be read/,
    ],
  ])("is inconclusive when %s", async (_, changes, said) => {
    expect(await check(changes)).toMatchObject({ verdict: "inconclusive", summary: expect.stringMatching(said) });
  });

  it("is inconclusive when examples are configured and no pool is named", async () => {
    const { few_shot_pool: _, ...without } = shipped;
    expect(await checkOf(without)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("golive.yaml names no few_shot_pool"),
    });
  });

  it("is inconclusive when the pool holds no JSON", async () => {
    await use("these are my examples\n");
    expect(await check()).toMatchObject({ verdict: "inconclusive" });
  });

  it("passes a candidate whose prompts carry no examples, and needs no pool for that", async () => {
    await configure((prompt) => ({ ...prompt, few_shot_ids: [], few_shot_pool_sha256: null }));
    expect(await check({ few_shot_pool: "nowhere.jsonl" })).toMatchObject({ verdict: "pass", value: "no examples" });
  });

  it("contradicts a service that declares the guard away and has examples in its prompts all the same", async () => {
    const reason = "prompts carry no examples";
    const applies = { "few-shot-leakage": { check: false as const, reason } };
    expect(await check({ applies })).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("puts 3 few-shot examples into prompts"),
    });
    await configure((prompt) => ({ ...prompt, few_shot_ids: [], few_shot_pool_sha256: null }));
    expect(await check({ applies })).toMatchObject({ verdict: "pass", value: "not applicable" });
  });
});
