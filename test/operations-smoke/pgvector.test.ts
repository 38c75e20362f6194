import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placeholderVector } from "#src/operations/smoke/scratch-document";
import { createChecks } from "#src/operations/smoke/work/check";
import { dbWorkflows } from "#src/operations/smoke/work/db-workflows";
import type { SqlRunner } from "#src/rag/sql-runner";
import { ragStoreOver } from "#src/rag/store-postgres";
import { createPgliteRunner } from "#test/support/pglite-runner";
import { createFixtureTables, FIXTURE, insertChunks, serviceFixture } from "#test/support/rag-fixture";

describe("db-workflows over pgvector", () => {
  let runner: SqlRunner;
  beforeAll(async () => {
    runner = await createPgliteRunner();
    await createFixtureTables(runner, "vector(4)");
    await insertChunks(runner, "b", 200, "vector(4)");
  });
  afterAll(() => runner.close());

  async function look() {
    const signal = new AbortController().signal;
    const service = serviceFixture({ vector_index: "hnsw", embedding_dimension: 4 });
    const checks = createChecks({
      off: new Map(),
      ticks: () => 0,
      signal,
      onCheck: () => undefined,
      onFault: () => undefined,
    });
    const embed = async (texts: readonly string[], dimension: number) => ({
      vectors: texts.map((_, at) => placeholderVector(at, dimension)),
      how: "made up",
    });
    await dbWorkflows(
      {
        service,
        store: ragStoreOver(runner, service),
        live: "b",
        embed,
        now: Date.now,
        random: () => "0a1b2c3d",
        signal,
      },
      checks,
    );
    return new Map(checks.list.map((check) => [check.id, check]));
  }
  const rows = async () =>
    (await runner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${FIXTURE.chunks}`))[0]?.n;

  it.each([
    ["hnsw (embedding vector_cosine_ops)"],
    ["hnsw (embedding vector_l2_ops)"],
    ["hnsw ((embedding::halfvec(4)) halfvec_l2_ops)"],
  ])("finds its chunk by vector and by an index %s, and leaves nothing", async (sql) => {
    const before = await rows();
    await runner.query(`CREATE INDEX dense ON ${FIXTURE.chunks} USING ${sql}`);
    const found = await look();
    await runner.query(`DROP INDEX ${FIXTURE.schema}.dense`);
    for (const check of ["rights", "ingest", "by-run", "full-text", "vector", "delete", "nothing-left"]) {
      expect(found.get(check), check).toMatchObject({ verdict: "pass" });
    }
    expect(found.get("index")?.summary).toBe("The new chunk is found by chunks_sparse and dense.");
    expect(await rows()).toBe(before);
  });

  it("a column of another dimension than golive.yaml says fails as an ingestion would", async () => {
    await runner.query(
      `ALTER TABLE ${FIXTURE.chunks} ALTER COLUMN embedding TYPE vector(3) USING '[1,2,3]'::vector(3)`,
    );
    const found = await look();
    expect(found.get("ingest")).toMatchObject({ verdict: "fail" });
    expect(found.get("ingest")?.summary).toContain("expected 3 dimensions, not 4");
  });
});
