import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { prefixLeakage } from "#src/gates/prefix-leakage";
import { runGate } from "#src/gates/run-gate";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import { ragStoreOver } from "#src/rag/store-postgres";
import { gateSubject } from "#test/support/gate-fixture";
import { createFixtureTables, FIXTURE, recordRun, serviceFixture } from "#test/support/rag-fixture";
import { median } from "./statistics.ts";

/** Milliseconds, medians over alternating runs; `ratio` is gate over count. */
export type PrefixLeakageBench = {
  readonly shape: string;
  readonly chunks: number;
  readonly megabytes: number;
  readonly gateMs: number;
  readonly countMs: number;
  readonly ratio: number;
};

/** `plain`: rows of about 1 kB, as one page holds several. `wide`: texts so long that Postgres moves them out of the row. */
const SHAPES = { plain: 300, wide: 2_600 } as const;

async function fill(runner: SqlRunner, chunks: number, characters: number): Promise<void> {
  // Hex of hashes does not compress: what would be moved out of the row in life is moved out here.
  await runner.query(
    `INSERT INTO ${FIXTURE.chunks} (id, ${FIXTURE.run}, "Document", ${FIXTURE.text}, bm25_text, embedding_text, embedding, tokens)
     SELECT 'b-' || n, 'b', 'doc', t.body, t.body, 'Document: ' || t.body, ARRAY[1, 2, 3, 4]::real[], 50
       FROM generate_series(1, $1::int) AS n,
            LATERAL (SELECT left(string_agg(encode(sha256((n || '.' || k)::text::bytea), 'hex'), ' '), $2::int) AS body
                       FROM generate_series(0, $2::int / 64) AS k) AS t`,
    [chunks, characters],
  );
}

/** The gate's whole check against `SELECT count(*)` of the same table without any index, in alternation. */
export async function benchPrefixLeakage(
  runner: SqlRunner,
  shape: keyof typeof SHAPES,
  chunks = 200_000,
  rounds = 7,
): Promise<PrefixLeakageBench> {
  await runner.query(`DROP SCHEMA IF EXISTS ${FIXTURE.schema} CASCADE`);
  await createFixtureTables(runner);
  await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
  const keys = await runner.query<{ name: string }>(
    "SELECT quote_ident(conname) AS name FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'p'",
    [FIXTURE.chunks],
  );
  for (const { name } of keys) await runner.query(`ALTER TABLE ${FIXTURE.chunks} DROP CONSTRAINT ${name}`);
  await fill(runner, chunks, SHAPES[shape]);
  await runner.query(`VACUUM (ANALYZE) ${FIXTURE.chunks}`);
  await recordRun(runner, "b", { chunks, digest: "not looked at here" });
  const subject = gateSubject(ragStoreOver(runner, serviceFixture()));
  const gate: number[] = [];
  const count: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    const result = await runGate(prefixLeakage, subject, AbortSignal.timeout(300_000));
    const middle = performance.now();
    await runner.query(`SELECT count(*) FROM ${FIXTURE.chunks}`);
    const end = performance.now();
    if (result.verdict !== "pass") throw new Error(`the gate did not pass: ${result.summary}`);
    if (round < 0) continue; // The first round warms the cache.
    gate.push(middle - start);
    count.push(end - middle);
  }
  const size = await runner.query<{ mb: number }>(
    "SELECT (pg_total_relation_size(to_regclass($1)) / 1e6)::float8 AS mb",
    [FIXTURE.chunks],
  );
  const [gateMs, countMs] = [median(gate), median(count)];
  return { shape, chunks, megabytes: Math.round(size[0]?.mb ?? 0), gateMs, countMs, ratio: gateMs / countMs };
}

/** Starts a Postgres of its own, benches both shapes, and takes everything away again. */
export async function runPrefixLeakageBench(chunks = 200_000): Promise<readonly PrefixLeakageBench[]> {
  const home = await mkdtemp(join(tmpdir(), "golive-bench-pg-"));
  const server = await startPostgres({ dataDir: join(home, "data"), persistent: false });
  const runner = createPostgresRunner(server.url, { max: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 600_000 });
  try {
    return [await benchPrefixLeakage(runner, "plain", chunks), await benchPrefixLeakage(runner, "wide", chunks)];
  } finally {
    await runner.close();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}
