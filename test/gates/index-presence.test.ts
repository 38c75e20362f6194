import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ServiceConfig } from "#src/config/service-config";
import { indexPresence } from "#src/gates/index-presence";
import { runGate } from "#src/gates/run-gate";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { ragStoreOver } from "#src/rag/store-postgres";
import { gateSubject } from "#test/support/gate-fixture";
import { createPgliteRunner } from "#test/support/pglite-runner";
import { createFixtureTables, FIXTURE, insertChunks, recordRun, serviceFixture } from "#test/support/rag-fixture";

const CHUNKS = FIXTURE.chunks;

/** What the planner sees depends on size and statistics: both are made explicit. */
async function fill(runner: SqlRunner, store: RagStore, chunks: number, embedding: string): Promise<void> {
  await insertChunks(runner, "b", chunks, embedding);
  await recordRun(runner, "b", await store.digest("b"));
  await runner.query(`ANALYZE ${CHUNKS}`);
}

describe("index-presence over pgvector", () => {
  let runner: SqlRunner;
  let store: RagStore;
  const service = (wanted: ServiceConfig["retrieval"]["vector_index"], dimension = 4) =>
    serviceFixture({ vector_index: wanted, embedding_dimension: dimension });
  const check = (of: ServiceConfig) =>
    runGate(indexPresence, gateSubject(store, { service: of }), AbortSignal.timeout(60_000));
  const index = (sql: string) => runner.query(`CREATE INDEX dense ON ${CHUNKS} USING ${sql}`);

  beforeAll(async () => {
    runner = await createPgliteRunner();
    await createFixtureTables(runner, "vector(4)");
    store = ragStoreOver(runner, serviceFixture());
    await fill(runner, store, 200, "vector(4)");
  });
  beforeEach(async () => {
    await runner.query(`DROP INDEX IF EXISTS ${FIXTURE.schema}.dense`);
  });
  afterAll(() => runner.close());

  it.each([
    ["hnsw", "hnsw (embedding vector_cosine_ops)"],
    ["hnsw", "hnsw (embedding vector_l2_ops)"],
    ["ivfflat", "ivfflat (embedding vector_ip_ops) WITH (lists = 2)"],
    ["hnsw", "hnsw ((embedding::halfvec(4)) halfvec_l2_ops)"],
  ] as const)("passes with a valid %s index: %s", async (wanted, sql) => {
    await index(sql);
    const result = await check(service(wanted));
    expect(result).toMatchObject({
      verdict: "pass",
      numbers: { vector_index: "dense", sparse_index: "chunks_sparse" },
    });
    // 200 rows: the planner may scan, and the evidence says which it was.
    expect(result.numbers.probes).toMatch(/dense/);
  });

  it("passes with an index over the candidate's run only, and fails with one over another run", async () => {
    await index(`hnsw (embedding vector_l2_ops) WHERE ${FIXTURE.run} = 'b'`);
    expect(await check(service("hnsw"))).toMatchObject({ verdict: "pass" });
    await runner.query(`DROP INDEX ${FIXTURE.schema}.dense`);
    await index(`hnsw (embedding vector_l2_ops) WHERE ${FIXTURE.run} = 'a'`);
    const result = await check(service("hnsw"));
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("can't use dense");
  });

  it("fails without the index, and with one of another kind", async () => {
    const none = await check(service("hnsw"));
    expect(none).toMatchObject({ verdict: "fail" });
    expect(none.summary).toMatch(/^No hnsw index covers the embedding column \(vector\(4\)\)/);
    await index("ivfflat (embedding vector_l2_ops) WITH (lists = 2)");
    const other = await check(service("hnsw"));
    expect(other.summary).toContain("asks for hnsw, but dense is ivfflat");
    expect(other.verdict).toBe("fail");
  });

  it("fails when the index is not valid", async () => {
    await index("hnsw (embedding vector_l2_ops)");
    await runner.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = (SELECT oid FROM pg_class WHERE relname = 'dense')",
    );
    const result = await check(service("hnsw"));
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("dense is not valid");
  });

  it("fails when the dimension is not the embedder's, or an embedding is missing", async () => {
    const configured = (dimension: number) =>
      runner.query(
        `UPDATE ${FIXTURE.configs} SET body = jsonb_set(body, '{embedding,dimension}', '${dimension}') WHERE version = 'v2'`,
      );
    await configured(384);
    expect(await check(service("exact", 384))).toMatchObject({ verdict: "fail", numbers: { wrong_dimension: 200 } });
    const other = await check(service("exact"));
    expect(other).toMatchObject({ verdict: "fail", numbers: { wrong_dimension: 200 } });
    expect(other.summary).toContain("embedding.dimension is 384, golive.yaml says retrieval.embedding_dimension is 4");
    await configured(4);
    await runner.query(`UPDATE ${CHUNKS} SET embedding = NULL WHERE id = 'b-3'`);
    expect(await check(service("exact"))).toMatchObject({ verdict: "fail", numbers: { without_embedding: 1 } });
    await runner.query(`UPDATE ${CHUNKS} SET embedding = '[1,2,3,4]' WHERE id = 'b-3'`);
  });

  it("with 12,000 chunks passes only if the planner takes the index by itself", async () => {
    await runner.query(`DELETE FROM ${CHUNKS}`);
    await fill(runner, store, 12_000, "vector(4)");
    await index("hnsw (embedding vector_l2_ops)");
    const used = await check(service("hnsw"));
    expect(used).toMatchObject({ verdict: "pass" });
    expect(used.numbers.probes).toContain("the planner uses dense");
    await runner.query(`DROP INDEX ${FIXTURE.schema}.dense`);
    await index(`hnsw (embedding vector_l2_ops) WHERE ${FIXTURE.run} = 'a'`);
    const unused = await check(service("hnsw"));
    expect(unused.verdict).toBe("fail");
    expect(unused.summary).toContain("does not use dense for nearest neighbours over 12,000 chunks");
  });
});

describe("index-presence over real[]", () => {
  let runner: SqlRunner;
  let store: RagStore;
  const check = (of = serviceFixture()) =>
    runGate(indexPresence, gateSubject(store, { service: of }), AbortSignal.timeout(60_000));

  beforeAll(async () => {
    runner = await createPgliteRunner();
    await createFixtureTables(runner);
    store = ragStoreOver(runner, serviceFixture());
  });
  beforeEach(async () => {
    await runner.query(`DROP INDEX IF EXISTS ${FIXTURE.schema}.chunks_sparse`);
    await runner.query(`ALTER TABLE ${CHUNKS} DROP COLUMN IF EXISTS tsv`);
    await runner.query(`CREATE INDEX chunks_sparse ON ${CHUNKS} USING gin (to_tsvector('english', bm25_text))`);
    await runner.query(`DELETE FROM ${CHUNKS}`);
    await fill(runner, store, 50, "real[]");
  });
  afterAll(() => runner.close());

  it("passes exact search and says that it is one", async () => {
    const result = await check();
    expect(result).toMatchObject({ verdict: "pass", numbers: { vector_index: "exact search" } });
    expect(result.summary).toContain("Exact search without a vector index: fine for 50 chunks (up to 50,000)");
  });

  it.each([
    ["a short vector", "embedding[1:3]", "wrong_dimension"],
    ["NULL inside", "ARRAY[1, NULL, 0, 0]::real[]", "not_numbers"],
    ["NaN inside", "ARRAY[1, 'NaN', 0, 0]::real[]", "not_numbers"],
    ["no vector", "NULL", "without_embedding"],
    ["a matrix with as many numbers", "ARRAY[[1, 0], [0, 1]]::real[]", "wrong_dimension"],
    ["nothing but zeros", "ARRAY[0, 0, -0.0, 0]::real[]", "all_zero"],
  ])("fails on %s", async (_what, value, field) => {
    await runner.query(`UPDATE ${CHUNKS} SET embedding = ${value} WHERE id = 'b-3'`);
    const result = await check();
    expect(result).toMatchObject({ verdict: "fail", numbers: { [field]: 1 } });
    expect(result.next).toContain("Ingest again");
  });

  it("fails exact search over more than 50,000 chunks", async () => {
    await runner.query(`DELETE FROM ${CHUNKS}`);
    await insertChunks(runner, "b", 50_001);
    const result = await check();
    expect(result.verdict).toBe("fail");
    expect(result.summary).toContain("50,001 chunks is too slow");
  });

  it("fails an empty run, a missing table, a missing column and a column that holds no vectors", async () => {
    await runner.query(`DELETE FROM ${CHUNKS}`);
    expect(await check()).toMatchObject({ verdict: "fail", numbers: { chunks: 0 } });
    const chunks = serviceFixture().rag_store.chunks;
    for (const [change, says] of [
      [{ table: "nowhere.to_be" }, /does not exist/],
      [{ embedding: "vec" }, /no column "vec"/],
      [{ embedding: "tokens" }, /of type integer/],
    ] as const) {
      const service = serviceFixture({}, { chunks: { ...chunks, ...change } });
      const over = ragStoreOver(runner, service);
      const result = await runGate(indexPresence, gateSubject(over, { service }), AbortSignal.timeout(60_000));
      expect(result.verdict).toBe("fail");
      expect(result.summary).toMatch(says);
    }
  });

  it("fails without a sparse index, and with one over another column", async () => {
    await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
    expect(await check()).toMatchObject({ verdict: "fail", numbers: { sparse_index: null } });
    await runner.query(`CREATE INDEX chunks_sparse ON ${CHUNKS} USING gin (to_tsvector('english', embedding_text))`);
    // It is a full-text index, but nothing shows that it has to do with bm25_text.
    expect((await check()).verdict).not.toBe("pass");
    await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
    await runner.query(`CREATE INDEX chunks_sparse ON ${CHUNKS} (bm25_text)`);
    expect((await check()).summary).toContain(`No sparse (GIN or BM25) index covers the column "bm25_text"`);
  });

  describe("with another sparse index", () => {
    const index = async (...definitions: string[]) => {
      for (const [at, definition] of definitions.entries()) {
        const name = at === 0 ? "chunks_sparse" : `chunks_sparse_${at}`;
        await runner.query(`CREATE INDEX ${name} ON ${CHUNKS} USING ${definition}`);
      }
    };
    const only = (run: string) => `WHERE ${FIXTURE.run} = '${run}'`;
    const words = "gin (to_tsvector('english', bm25_text))";

    beforeAll(async () => {
      await runner.query("CREATE EXTENSION pg_trgm");
      await runner.query("CREATE EXTENSION btree_gin");
    });
    beforeEach(async () => {
      await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
    });
    afterEach(async () => {
      await runner.query(`DROP INDEX IF EXISTS ${FIXTURE.schema}.chunks_sparse_1`);
    });

    it.each([
      ["words of another run", `${words} ${only("a")}`],
      ["trigrams of another run", `gin (bm25_text gin_trgm_ops) ${only("a")}`],
      ["first letters of another run", `gin (left(bm25_text, 1) gin_trgm_ops) ${only("a")}`],
      ["plain values of another run", `gin (bm25_text) ${only("a")}`],
    ])("fails on %s", async (_what, definition) => {
      await index(definition);
      const result = await check();
      expect([result.verdict, result.summary]).toEqual([
        "fail",
        expect.stringMatching(/can't use chunks_sparse for full text|chunks_sparse leaves out 50 chunks/i),
      ]);
    });

    it.each([
      ["first letters", "gin (left(bm25_text, 1) gin_trgm_ops)", /over all of "bm25_text"/],
      ["words of the beginning", "gin (to_tsvector('english', left(bm25_text, 20)))", /over all of "bm25_text"/],
      ["whole values, which no word is found in", "gin (bm25_text)", /no full-text operator/],
    ])("is inconclusive on %s", async (_what, definition, says) => {
      await index(definition);
      const result = await check();
      expect([result.verdict, result.summary]).toEqual(["inconclusive", expect.stringMatching(says)]);
    });

    it.each([
      ["trigrams", ["gin (bm25_text gin_trgm_ops)"]],
      ["words of this run only", [`${words} ${only("b")}`]],
      ["words beside the run", [`gin (${FIXTURE.run}, to_tsvector('english', bm25_text))`]],
      ["weighted words", ["gin ((setweight(to_tsvector('english', coalesce(bm25_text, '')), 'B')))"]],
      ["words of another run, and those of all", [`${words} ${only("a")}`, words]],
      ["first letters, and words", ["gin (left(bm25_text, 1) gin_trgm_ops)", words]],
    ])("passes on %s", async (_what, definitions) => {
      await index(...definitions);
      const result = await check();
      expect([result.verdict, result.summary]).toEqual([
        "pass",
        expect.stringMatching(/chunks_sparse(_1)? .*for full text/),
      ]);
    });
  });

  it("accepts a generated tsvector column, and is inconclusive about one that somebody fills", async () => {
    await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
    await runner.query(
      `ALTER TABLE ${CHUNKS} ADD tsv tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(bm25_text, ''))) STORED`,
    );
    await runner.query(`CREATE INDEX chunks_sparse ON ${CHUNKS} USING gin (tsv)`);
    expect(await check()).toMatchObject({ verdict: "pass", numbers: { sparse_index: "chunks_sparse" } });
    await runner.query(`ALTER TABLE ${CHUNKS} DROP COLUMN tsv`);
    await runner.query(`ALTER TABLE ${CHUNKS} ADD tsv tsvector`);
    await runner.query(`CREATE INDEX chunks_sparse ON ${CHUNKS} USING gin (tsv)`);
    expect(await check()).toMatchObject({ verdict: "inconclusive" });
  });
});
