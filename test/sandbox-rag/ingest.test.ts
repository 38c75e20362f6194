import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeProbe } from "#sandbox/demo/probe-sentence";
import { loadGold } from "#sandbox/rag/gold";
import { ingest } from "#sandbox/rag/ingest";
import { probeRetrieval } from "#sandbox/rag/probe-retrieval";
import { createStore, putConfig, setPointer } from "#sandbox/rag/rag-store";
import { RUN_DIGEST_SQL } from "#sandbox/rag/run-digest";
import { defaultServiceConfig, serviceEnvironment } from "#sandbox/rag/service-defaults";
import { type Config, loadConfig } from "#src/config/load-config";
import { listServices } from "#src/config/to-policy";
import { digestSql } from "#src/rag/run-digest";
import { storeNames } from "#src/rag/store-names";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const corpus = path("sandbox/corpus");
const realData = path("../shared/data/memory-docs");

let database: TestDatabase;
let url: string;
let client: Client;
let counter = 0;
let run: string;

beforeAll(async () => {
  database = await createEmptyDatabase();
  url = database.ownerUrl;
  await Promise.all([createStore(url, { grantTo: "golive_app" }), createStore(url, { grantTo: "golive_app" })]);
  client = new Client({ connectionString: url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => {
  counter += 1;
  run = `run-${counter}`;
});

async function one<T extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T> {
  const { rows } = await client.query<T>(sql, values);
  if (rows[0] === undefined) throw new Error(`no row: ${sql}`);
  return rows[0];
}
const count = async (where: string, of = run) =>
  (
    await one<{ n: number }>(
      `SELECT count(*)::int AS n FROM rag.document_chunks WHERE ingest_run_id = $1 AND ${where}`,
      [of],
    )
  ).n;

describe("ingestion", () => {
  it("of the same corpus twice gives the same digest under two run names", async () => {
    const first = await ingest({ connectionString: url, run: `${run}-a`, from: { dir: corpus } });
    const second = await ingest({ connectionString: url, run: `${run}-b`, from: { dir: corpus } });
    expect(first.chunks).toBeGreaterThan(30);
    expect(second).toEqual({ ...first, run: `${run}-b` });
    expect(first.digest).toMatch(/^gl2:\d+:\d+:[0-9a-f]{32}$/);
  });

  it("with another chunking gives another digest", async () => {
    const first = await ingest({ connectionString: url, run: `${run}-a`, from: { dir: corpus } });
    const chunking = { maxTokens: 250, overlapTokens: 30 };
    const second = await ingest({ connectionString: url, run: `${run}-b`, from: { dir: corpus }, chunking });
    expect(second.chunks).toBeGreaterThan(first.chunks);
    expect(second.digest).not.toBe(first.digest);
  });

  it("leaves a run that keeps every promise: prefix, tokens, dimension, record", async () => {
    const done = await ingest({ connectionString: url, run, from: { dir: corpus } });
    expect(await count("bm25_text LIKE 'Document: %'")).toBe(0);
    expect(await count("embedding_text NOT LIKE 'Document: %'")).toBe(0);
    expect(await count("embedding IS NULL OR cardinality(embedding) <> 256")).toBe(0);
    expect(await count("embedding_token_count NOT BETWEEN 1 AND 300")).toBe(0);
    const norm = "(SELECT sum(v::float8 * v) FROM unnest(embedding) AS v)";
    expect(await count(`abs(${norm} - 1) > 1e-4`)).toBe(0);
    expect(
      await one("SELECT state, chunk_count, content_digest FROM rag.ingest_runs WHERE ingest_run_id = $1", [run]),
    ).toEqual({
      state: "complete",
      chunk_count: done.chunks,
      content_digest: done.digest,
    });
  });

  it("records the digest that Golive computes from the shipped mapping", async () => {
    const done = await ingest({ connectionString: url, run, from: { dir: corpus } });
    const loaded = await loadConfig(path("configs"));
    if (!loaded.ok) throw new Error("the shipped configuration is broken");
    const service = onlyService(loaded.config);
    const names = storeNames(service.rag_store);
    expect(await one(digestSql(names.chunks), [run])).toMatchObject({ digest: done.digest });
  });

  it("refuses a run id that exists, and leaves the first one as it was", async () => {
    const done = await ingest({ connectionString: url, run, from: { dir: corpus } });
    await expect(ingest({ connectionString: url, run, from: { dir: corpus } })).rejects.toThrow(/duplicate key/);
    expect(await one(RUN_DIGEST_SQL, [run])).toMatchObject({ digest: done.digest });
  });

  it("says what is missing when a folder holds no Markdown", async () => {
    await expect(ingest({ connectionString: url, run, from: { dir: path("migrations") } })).rejects.toThrow(
      /no Markdown files/,
    );
  });
});

describe("planted faults", () => {
  it("leak the prefix into exactly as many chunks as asked for", async () => {
    await ingest({ connectionString: url, run, from: { dir: corpus }, faults: { leakPrefix: 3 } });
    expect(await count("bm25_text LIKE 'Document: %'")).toBe(3);
  });

  it("leave chunks that are really too long, with honest token counts", async () => {
    await ingest({ connectionString: url, run, from: { dir: corpus }, faults: { overLong: 2 } });
    expect(await count("embedding_token_count > 512")).toBe(2);
    expect(await count("embedding_token_count > 512 AND length(embedding_text) > 5000")).toBe(2);
  });

  it("leave embeddings NULL", async () => {
    await ingest({ connectionString: url, run, from: { dir: corpus }, faults: { nullEmbeddings: 4 } });
    expect(await count("embedding IS NULL")).toBe(4);
  });

  it("leave a run unfinished, without count and digest", async () => {
    const done = await ingest({ connectionString: url, run, from: { dir: corpus }, faults: { stopAfter: 5 } });
    expect(done).toEqual({ run, state: "running", chunks: 5, digest: null });
    expect(
      await one(
        "SELECT state, chunk_count, content_digest, finished_at FROM rag.ingest_runs WHERE ingest_run_id = $1",
        [run],
      ),
    ).toEqual({
      state: "running",
      chunk_count: null,
      content_digest: null,
      finished_at: null,
    });
  });

  it("take rows away from an older run, so that its digest no longer holds", async () => {
    const old = `${run}-old`;
    const before = await ingest({ connectionString: url, run: old, from: { dir: corpus } });
    const after = await ingest({
      connectionString: url,
      run,
      from: { dir: corpus },
      faults: { upsertOver: { run: old, chunks: 7 } },
    });
    expect(await count("true", old)).toBe(before.chunks - 7);
    expect(after.digest).toBe(before.digest);
    expect(await one(RUN_DIGEST_SQL, [old])).not.toMatchObject({ digest: before.digest });
  });

  it("are refused when the corpus is too small for them", async () => {
    const documents = [{ path: "a.md", title: "A", body: "# A\n\nShort." }];
    const request = { connectionString: url, run, from: { documents }, faults: { leakPrefix: 2 } };
    await expect(ingest(request)).rejects.toThrow(/2 faulty chunks were asked for, the corpus has 1/);
  });
});

describe("the store", () => {
  it("keeps pointer and configuration, and gives Golive's role no more than it needs", async () => {
    await ingest({ connectionString: url, run, from: { dir: corpus } });
    await putConfig(url, "cfg-1", defaultServiceConfig());
    await setPointer(url, "support-docs", { run, config: "cfg-1" });
    const app = new Client({ connectionString: database.appUrl });
    await app.connect();
    try {
      const { rows } = await app.query("SELECT ingest_run_id, config_version FROM rag.active_pointer");
      expect(rows).toEqual([{ ingest_run_id: run, config_version: "cfg-1" }]);
      await app.query("UPDATE rag.active_pointer SET config_version = 'cfg-1'");
      await expect(app.query("UPDATE rag.document_chunks SET bm25_text = ''")).rejects.toThrow(/permission denied/);
      await expect(app.query("DELETE FROM rag.ingest_runs")).rejects.toThrow(/permission denied/);
    } finally {
      await app.end();
    }
    await setPointer(url, "support-docs", null);
    expect(await one("SELECT ingest_run_id FROM rag.active_pointer")).toEqual({ ingest_run_id: null });
  });

  it("is described by configs/golive.yaml: every variable that the service needs is given by the sandbox", async () => {
    const loaded = await loadConfig(path("configs"));
    if (!loaded.ok) throw new Error("the shipped configuration is broken");
    const needed = onlyService(loaded.config).environment.map((variable) => variable.name);
    expect(Object.keys(serviceEnvironment(url))).toEqual(expect.arrayContaining(needed));
  });
});

describe("the retrieval probe", () => {
  it("finds the expected document for every answerable question of the default corpus", async () => {
    await ingest({ connectionString: url, run, from: { dir: corpus } });
    const cases = await loadGold(`${corpus}/gold.jsonl`);
    expect(await probeRetrieval(url, run, cases)).toEqual({
      hits: 77,
      byDocument: 77,
      byAnswer: 0,
      withoutEvidence: 0,
      negative: 7,
      total: 84,
      k: 8,
      missed: [],
    });
  });

  it("counts a miss when the evidence was not retrieved, and a case without any evidence as no label", async () => {
    const documents = [
      { path: "docs/Webhooks.md", title: "Webhooks", body: "# Webhooks\n\nNothing but this." },
      ...Array.from({ length: 12 }, (_, at) => ({
        path: `n${at}.md`,
        title: "N",
        body: `# N\n\nrequest limit token ${at}`,
      })),
    ];
    await ingest({ connectionString: url, run, from: { documents } });
    const base = { answers: ["x"], tags: [], mode: null, negative: false };
    const probe = await probeRetrieval(url, run, [
      { ...base, id: "miss", query: "request limit of a token", expectedFiles: ["WEBHOOKS.md"] },
      { ...base, id: "absent", query: "anything", expectedFiles: ["other.md"] },
      { ...base, id: "negative", query: "anything", expectedFiles: ["webhooks.md"], negative: true },
    ]);
    expect(probe).toMatchObject({ hits: 0, byDocument: 1, byAnswer: 0, withoutEvidence: 1, negative: 1, total: 3 });
    expect(probe.missed).toEqual(["miss"]);
  });

  it("labels a case that names no document by the words of its answer, across the border of two chunks", async () => {
    const filler = Array.from({ length: 30 }, (_, at) => ({
      path: `filler-${at}.md`,
      title: "Filler",
      body: `# Filler\n\nWebhook notes, page ${at}.`,
    }));
    const body = [
      "# Webhooks",
      `${"Deliveries happen when something changes. ".repeat(24)}A webhook signature`,
      "is computed with HMAC over the timestamp and the payload, and it expires after five minutes.",
    ].join("\n\n");
    const documents = [{ path: "webhooks.md", title: "Webhooks", body }, ...filler];
    await ingest({ connectionString: url, run, from: { documents }, chunking: { maxTokens: 210, overlapTokens: 10 } });
    expect(await count("document_path = 'webhooks.md'")).toBeGreaterThan(1);
    const base = { expectedFiles: [], tags: [], mode: null, negative: false };
    const answer =
      "The webhook signature is an HMAC computed over timestamp and payload; it expires after five minutes.";
    const probe = await probeRetrieval(url, run, [
      { ...base, id: "found", query: "How is a webhook signature computed?", answers: [answer] },
      { ...base, id: "missed", query: "page 3 page 7 filler notes", answers: [answer] },
      { ...base, id: "nowhere", query: "webhook", answers: ["Bananas ripen faster beside overripe apples and pears"] },
    ]);
    expect(probe).toMatchObject({ hits: 1, byDocument: 0, byAnswer: 2, withoutEvidence: 1, missed: ["missed"] });
  });

  it.skipIf(!existsSync(realData))(
    "runs over a real corpus of 1.7 MB (skipped where ../shared/data is not there)",
    async () => {
      const started = performance.now();
      const done = await ingest({ connectionString: url, run, from: { dir: `${realData}/corpus` } });
      const ingested = performance.now();
      const probe = await probeRetrieval(url, run, await loadGold(`${realData}/dev_gold.jsonl`));
      const probed = performance.now();
      const nameless = (await loadGold(`${realData}/gold_cases.jsonl`)).slice(0, 30);
      const unlabelled = await probeRetrieval(url, run, nameless);
      console.log(
        `real corpus: ${done.chunks} chunks in ${Math.round(ingested - started)} ms; ` +
          `probe of ${probe.total} cases in ${Math.round(probed - ingested)} ms: ${describeProbe(run, probe)}`,
      );
      expect(done.chunks).toBeGreaterThan(1000);
      expect(await count("embedding_token_count > 300")).toBe(0);
      expect(await count("bm25_text LIKE 'Document: %'")).toBe(0);
      expect(probe).toMatchObject({ total: 30, byDocument: 5, negative: 3 });
      expect(unlabelled).toMatchObject({ total: 30, byDocument: 0 });
      expect(unlabelled.byAnswer).toBeGreaterThan(10);
    },
    90_000,
  );
});

function onlyService(config: Config) {
  const [service] = listServices(config);
  if (service === undefined) throw new Error("no service configured");
  return service;
}
