import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import { createFixtureTables, FIXTURE } from "#test/support/rag-fixture";

/** The run that the table holds. */
export const RUN = "b";

/** Runs `work` against a Postgres of its own, and takes everything away again. */
export async function withPostgres<T>(work: (runner: SqlRunner) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), "golive-bench-pg-"));
  const server = await startPostgres({ dataDir: join(home, "data"), persistent: false });
  const runner = createPostgresRunner(server.url, { max: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 900_000 });
  try {
    return await work(runner);
  } finally {
    await runner.close();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** A chunk table without any index, holding one run of `chunks` rows with three texts of `characters` each. */
export async function fillChunkTable(runner: SqlRunner, chunks: number, characters: number): Promise<void> {
  await runner.query(`DROP SCHEMA IF EXISTS ${FIXTURE.schema} CASCADE`);
  await createFixtureTables(runner);
  await runner.query(`DROP INDEX ${FIXTURE.schema}.chunks_sparse`);
  const keys = await runner.query<{ name: string }>(
    "SELECT quote_ident(conname) AS name FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'p'",
    [FIXTURE.chunks],
  );
  for (const { name } of keys) await runner.query(`ALTER TABLE ${FIXTURE.chunks} DROP CONSTRAINT ${name}`);
  // Hex of hashes does not compress: what would be moved out of the row in life is moved out here.
  await runner.query(
    `INSERT INTO ${FIXTURE.chunks} (id, ${FIXTURE.run}, "Document", ${FIXTURE.text}, bm25_text, embedding_text, embedding, tokens)
     SELECT 'b-' || n, '${RUN}', 'doc', t.body, t.body, 'Document: ' || t.body, ARRAY[1, 2, 3, 4]::real[], 50
       FROM generate_series(1, $1::int) AS n,
            LATERAL (SELECT left(string_agg(encode(sha256((n || '.' || k)::text::bytea), 'hex'), ' '), $2::int) AS body
                       FROM generate_series(0, $2::int / 64) AS k) AS t`,
    [chunks, characters],
  );
  await runner.query(`VACUUM (ANALYZE) ${FIXTURE.chunks}`);
}

/** Size of the chunk table with all that belongs to it, in megabytes (10⁶ bytes). */
export async function megabytesOf(runner: SqlRunner): Promise<number> {
  const size = await runner.query<{ mb: number }>(
    "SELECT (pg_total_relation_size(to_regclass($1)) / 1e6)::float8 AS mb",
    [FIXTURE.chunks],
  );
  return Math.round(size[0]?.mb ?? 0);
}
