import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { GateSubject } from "#src/gates/gate";
import { createManifestGate } from "#src/gates/manifest";
import { runGate } from "#src/gates/run-gate";
import { collectManifest, type ManifestSources } from "#src/manifest/collect-manifest";
import { diffManifests } from "#src/manifest/diff-manifests";
import { findManifest, loadManifest, saveManifest } from "#src/manifest/manifest-records";
import { redact } from "#src/manifest/redact";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { ragStoreOver } from "#src/rag/store-postgres";
import { configBody, honestReport, resolveSandbox } from "#test/support/config-body";
import { fillStore, gateSubject } from "#test/support/gate-fixture";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { createFixtureTables, FIXTURE, recordRun, serviceFixture } from "#test/support/rag-fixture";

let database: TestDatabase;
let runner: SqlRunner;
let store: RagStore;

beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = createPostgresRunner(database.ownerUrl);
  await createFixtureTables(runner);
  store = ragStoreOver(runner, serviceFixture());
});
beforeEach(async () => {
  await runner.query(`TRUNCATE ${FIXTURE.pointer}, ${FIXTURE.runs}, ${FIXTURE.chunks}`);
  await runner.query(`UPDATE ${FIXTURE.configs} SET body = $1`, [configBody(30)]);
  await fillStore(runner, store);
});
afterAll(async () => {
  await runner.close();
  await database.drop();
});

const sources = (changes: Partial<ManifestSources> = {}): ManifestSources => ({
  service: serviceFixture(),
  candidate: { run: "b", config: "v2" },
  active: { run: "a", config: "v1" },
  store,
  storeUrl: "postgres://bot:hunter2@db.internal/rag",
  adopted: {},
  qualityGates: { precision_min: 0.2, latency_max: 30 },
  gates: { "token-budget": { version: 1, thresholds: { chunk_max_tokens: 200 } } },
  determinism: { TEMPERATURE: "0", RANDOM_SEED: 42 },
  modelLimits: { max_in_flight: 1, per_second: 0.12, profiled: null },
  // The service reads the same table; its redaction is ours here.
  serviceReport: async ({ run, config }) => {
    const found = (await store.configVersions()).find(({ version }) => version === config);
    return honestReport(z.record(z.string(), z.json()).parse(redact(z.json().parse(found?.body ?? {}))), run, config);
  },
  resolveModel: resolveSandbox,
  datasets: async () => [{ id: "handbook-gold", sha256: "a".repeat(64), bytes: 12, cases: 1 }],
  ...changes,
});
/** The same honest report, from this code. */
const fromSource = (source: { commit: string; branch: string }): Partial<ManifestSources> => ({
  serviceReport: async (pair, signal) => ({ ...(await sources().serviceReport(pair, signal)), source }),
});
const collect = (changes: Partial<ManifestSources> = {}) =>
  collectManifest(sources(changes), AbortSignal.timeout(20_000));

describe("collecting the manifest", () => {
  it("gives the same bytes for the same facts, with no secret in them", async () => {
    const [one, two] = [await collect(), await collect()];
    expect(one.problems).toEqual([]);
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(two.text).toBe(one.text);
    expect(one.text).not.toMatch(/hunter2|hush/);
    expect(one.body).toMatchObject({
      store: { location: "db.internal/rag" },
      ingest_run: { chunks: 40, recorded_chunks: 40, recorded_by: "ingestion" },
      configuration: { body: { top_k: 30, reader: { api_key: "[redacted]" } } },
    });
  });

  it.each([
    ["the candidate's data", `UPDATE ${FIXTURE.chunks} SET tokens = 7 WHERE id = 'b-1'`, ["ingest_run.digest"]],
    [
      "its configuration",
      `UPDATE ${FIXTURE.configs} SET body = jsonb_set(body, '{top_k}', '31')`,
      [
        "active.config_sha256",
        "configuration.body.top_k",
        "configuration.sha256",
        "service_report.reported_config_hash",
      ],
    ],
  ])("has another hash when %s changes, and the difference is readable", async (_what, sql, keys) => {
    const before = await collect();
    await runner.query(sql);
    const after = await collect();
    expect(after.hash).not.toBe(before.hash);
    expect(diffManifests(before.body, after.body).map(({ key }) => key)).toEqual(keys);
  });

  it("has another hash when what a rollback returns to is edited, or loses a chunk", async () => {
    const before = await collect();
    await runner.query(
      `UPDATE ${FIXTURE.chunks} SET ${FIXTURE.text} = 'edited' WHERE ${FIXTURE.run} = 'a' AND id = 'a-0'`,
    );
    const edited = await collect();
    await runner.query(`DELETE FROM ${FIXTURE.chunks} WHERE ${FIXTURE.run} = 'a' AND id = 'a-0'`);
    const lost = await collect();
    const keys = (from: typeof before, to: typeof before) => diffManifests(from.body, to.body).map(({ key }) => key);
    expect(keys(before, edited)).toEqual(["active.digest"]);
    expect(keys(edited, lost)).toEqual(["active.chunks", "active.digest"]);
  });

  it("keeps its hash when only a secret is rotated, or another run is ingested", async () => {
    const before = await collect();
    await runner.query(`UPDATE ${FIXTURE.configs} SET body = jsonb_set(body, '{reader,api_key}', '"other"')`);
    await recordRun(runner, "c", { chunks: 1, digest: "x" });
    expect((await collect({ storeUrl: "postgres://bot:new@db.internal/rag" })).hash).toBe(before.hash);
  });

  it.each([
    ...["search_key", "few_shot_key", "rerank_key", "auth_mode", "cookie_policy", "key"].map(
      (key) => [key, "WORD"] as const,
    ),
    ["system_prompt", "Say token=WORD first."] as const,
    ["endpoint", "https://search.example/v1?boost=WORD"] as const,
  ])("sees a change of %s, which it hides, and shows neither value", async (key, text) => {
    const [one, two] = ["alpha-77", "omega-77"];
    const put = (word: string) =>
      runner.query(`UPDATE ${FIXTURE.configs} SET body = body || $1`, [
        { reader: { [key]: text.replace("WORD", word) } },
      ]);
    await put(one);
    const before = await collect();
    await put(two);
    const after = await collect();
    expect(before.problems).toEqual([]);
    expect(diffManifests(before.body, after.body).map((change) => change.key)).toEqual([
      "active.config_hidden.digest",
      "configuration.hidden.digest",
    ]);
    expect(after.hash).not.toBe(before.hash);
    expect(before.text + after.text).not.toMatch(/alpha-77|omega-77/);
  });

  it("has another hash for other thresholds", async () => {
    const other = await collect({ qualityGates: { precision_min: 0.3, latency_max: 30 } });
    expect(other.problems).toEqual([]);
    expect(other.hash).not.toBe((await collect()).hash);
  });

  it("names what nobody recorded and what only stands in for a value", async () => {
    await recordRun(runner, "b", { chunks: null, digest: null });
    await runner.query(`UPDATE ${FIXTURE.configs} SET body = body || $1`, [
      { reader: { model: "latest", stop: "", open: "<doc>" } },
    ]);
    expect((await collect()).problems).toEqual([
      "ingest_run.recorded_by is not known",
      "ingest_run.recorded_chunks is not known",
      "ingest_run.recorded_digest is not known",
      'configuration.body.reader.model is the placeholder "latest"',
    ]);
    const missing = await collect({ candidate: { run: "unknown", config: "v9" } });
    expect(missing.problems).toEqual(
      expect.arrayContaining([
        'candidate.run is the placeholder "unknown"',
        "ingest_run.chunks is 0",
        "configuration.sha256 is not known",
      ]),
    );
  });

  it.each<[what: string, changes: () => Partial<ManifestSources>, says: string]>([
    [
      "a dataset of 0 bytes",
      () => ({ datasets: async () => [{ id: "g", sha256: "a".repeat(64), bytes: 0, cases: null }] }),
      "datasets.0.bytes is 0: the file is empty",
    ],
    [
      "a dataset of 0 cases",
      () => ({ datasets: async () => [{ id: "g", sha256: "a".repeat(64), bytes: 2, cases: 0 }] }),
      "datasets.0.cases is 0: the file has no cases",
    ],
    ["a commit of zeros", () => fromSource({ commit: "0000000", branch: "main" }), "source.commit is no git commit"],
    [
      "a checkout without a branch",
      () => fromSource({ commit: "0123456", branch: "HEAD" }),
      "source.branch is no branch",
    ],
  ])("does not take %s for a fact", async (_what, changes, says) => {
    expect((await collect(changes())).problems).toEqual([says]);
  });

  it("takes an adoption for a record", async () => {
    await runner.query(`DELETE FROM ${FIXTURE.runs}`);
    const adopted = { b: await store.digest("b") };
    const manifest = await collect({ adopted });
    expect(manifest.problems).toEqual([]);
    expect(manifest.body).toMatchObject({ ingest_run: { recorded_by: "adoption" } });
  });
});

describe("the record in the manifest", () => {
  it.each([
    ["a count and no digest", (_digest: string) => null],
    ["a digest of another Postgres major", (digest: string) => digest.replace(/^gl2:\d+/, "gl2:16")],
  ])("is the adoption's where ingestion recorded %s", async (_what, recorded) => {
    const now = await store.digest("b");
    await recordRun(runner, "b", { chunks: 40, digest: recorded(now.digest) });
    const { problems, body } = await collect({ adopted: { b: now } });
    expect(problems).toEqual([]);
    expect(body).toMatchObject({
      ingest_run: { recorded_by: "ingestion and adoption", recorded_chunks: 40, recorded_digest: now.digest },
    });
  });
});

describe("the manifest check", () => {
  const gate = createManifestGate({
    collect: ({ candidate, active }, signal) => collectManifest(sources({ candidate, active }), signal),
  });
  const check = (changes: Partial<GateSubject> = {}) =>
    runGate(gate, gateSubject(store, changes), AbortSignal.timeout(20_000));

  it("passes a complete manifest whose configuration can be switched to, with the manifest as its evidence", async () => {
    const result = await check();
    const { hash } = await collect();
    expect(result).toMatchObject({ verdict: "pass", value: hash.slice(0, 12), numbers: { hash } });
    await runner.query(`UPDATE ${FIXTURE.configs} SET body = jsonb_set(body, '{top_k}', '31')`);
    const other = await check();
    expect(other.verdict).toBe("pass");
    expect(other.evidenceHash).not.toBe(result.evidenceHash);
  });

  it("fails an incomplete one", async () => {
    await recordRun(runner, "b", { chunks: 40, digest: null });
    expect(await check()).toMatchObject({ verdict: "fail", value: "incomplete" });
  });

  it("fails when the configuration, or the one to go back to, is not in the table the service reads", async () => {
    expect(await check({ candidate: { run: "b", config: "v9" } })).toMatchObject({
      verdict: "fail",
      value: "not switchable",
    });
    expect(await check({ active: { run: "a", config: "v0" } })).toMatchObject({
      verdict: "fail",
      value: "not switchable",
    });
  });
});

describe("kept manifests", () => {
  it("come back as they were, once, and can't be changed", async () => {
    const own = await createTestDatabase();
    const pool = new Pool({ connectionString: own.appUrl });
    const manifest = await collect();
    await Promise.all([saveManifest(pool, manifest), saveManifest(pool, manifest)]);
    expect(await loadManifest(pool, manifest.hash)).toEqual({
      hash: manifest.hash,
      service: "docs",
      body: manifest.body,
    });
    expect(await loadManifest(pool, "0".repeat(64))).toBeNull();
    expect(await findManifest(pool, "docs", manifest.hash.slice(0, 8))).toBe(manifest.hash);
    expect(await findManifest(pool, "other", manifest.hash.slice(0, 8))).toBeNull();
    await expect(pool.query("UPDATE golive.manifest SET body = '{}'")).rejects.toThrow();
    await saveManifest(pool, { ...manifest, hash: "f".repeat(64) });
    await expect(loadManifest(pool, "f".repeat(64))).rejects.toThrow(/another hash/);
    await pool.end();
    await own.drop();
  });
});
