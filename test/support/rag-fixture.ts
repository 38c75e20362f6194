import { type ServiceConfig, serviceSchema } from "#src/config/service-config";
import type { SqlRunner } from "#src/rag/sql-runner";
import { RIGHTS } from "#src/release/policy";

/** Names that break whoever concatenates: quotes, semicolons, dots, capitals, keywords. */
export const HOSTILE = {
  schema: `Kunde; DROP SCHEMA "x"`,
  chunks: `we;ird ""table`,
  runs: `runs"; SELECT 1; --`,
  pointer: "select",
  configs: "con.figs",
  run: `run "id"`,
  text: "text; --",
} as const;

const sql = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const S = sql(HOSTILE.schema);

/** SQL names of the fixture, quoted by hand: the tests must not rest on the quoting they test. */
export const FIXTURE = {
  schema: S,
  chunks: `${S}.${sql(HOSTILE.chunks)}`,
  runs: `${S}.${sql(HOSTILE.runs)}`,
  pointer: `${S}.${sql(HOSTILE.pointer)}`,
  configs: `${S}.${sql(HOSTILE.configs)}`,
  run: sql(HOSTILE.run),
  text: sql(HOSTILE.text),
} as const;

/** A service whose RAG store is the fixture; `retrieval` changes single fields. */
export function serviceFixture(
  retrieval: Partial<ServiceConfig["retrieval"]> = {},
  store: Partial<ServiceConfig["rag_store"]> = {},
): ServiceConfig {
  const role = ["release-manager"];
  const parsed = serviceSchema.parse({
    title: "Docs assistant",
    channel: "C0RELEASE",
    rights: Object.fromEntries(RIGHTS.map((right) => [right, role])),
    policy: {
      requester_may_sign: false,
      one_person_many_roles: false,
      break_glass: role,
      first_go_live: role[0],
      waiver_max_hours: 24,
    },
    on_call: role,
    rag_store: {
      url_env: "RAG_STORE_URL",
      chunks: {
        table: FIXTURE.chunks,
        id: "id",
        run: HOSTILE.run,
        document: "Document",
        text: HOSTILE.text,
        bm25_text: "bm25_text",
        embedding_text: "embedding_text",
        embedding: "embedding",
        token_count: "tokens",
      },
      runs: {
        table: FIXTURE.runs,
        run: HOSTILE.run,
        state: "state",
        complete_value: "complete",
        chunks: "chunks",
        digest: "digest",
        finished_at: "finished_at",
      },
      pointer: { table: FIXTURE.pointer, key_column: "key", key: "docs", run: HOSTILE.run, config: "config" },
      configs: { table: FIXTURE.configs, version: "version", body: "body" },
      ...store,
    },
    retrieval: {
      vector_index: "exact",
      embedding_dimension: 4,
      embedder_max_tokens: 512,
      chunk_max_tokens: 200,
      context_chunks: 3,
      context_budget_tokens: 400,
      prefix: { policy: "A", pattern: "^Document: " },
      ...retrieval,
    },
    rag_service: {
      url_env: "RAG_SERVICE_URL",
      timeout_s: 30,
      model_calls_per_answer: 1,
      probe_question: "How many sections has the handbook?",
    },
    models: {
      generation: "reader.model",
      embedding: "embedding.model",
      rerank: "rerank.model",
      judge_model: "sandbox.extractive-judge-v1",
    },
    environment: [
      { name: "RAG_STORE_URL", type: "url" },
      { name: "AWS_REGION", type: "region" },
      { name: "REQUESTS_PER_SECOND", type: "number" },
    ],
  });
  return { ...parsed, id: "docs" };
}

/** Empty tables under their hostile names. `embedding`: the column's type, `real[]` unless told. */
export async function createFixtureTables(runner: SqlRunner, embedding = "real[]"): Promise<void> {
  const statements = [
    `CREATE SCHEMA ${S}`,
    `CREATE TABLE ${FIXTURE.chunks} (
       id text NOT NULL, ${FIXTURE.run} text NOT NULL, "Document" text, ${FIXTURE.text} text, bm25_text text,
       embedding_text text, embedding ${embedding}, tokens integer, PRIMARY KEY (${FIXTURE.run}, id))`,
    `CREATE INDEX chunks_sparse ON ${FIXTURE.chunks} USING gin (to_tsvector('english', bm25_text))`,
    `CREATE TABLE ${FIXTURE.runs} (${FIXTURE.run} text PRIMARY KEY, state text NOT NULL, chunks integer, digest text,
       finished_at timestamptz)`,
    `CREATE TABLE ${FIXTURE.pointer} (key text PRIMARY KEY, ${FIXTURE.run} text, config text)`,
    `CREATE TABLE ${FIXTURE.configs} (version text PRIMARY KEY, body jsonb NOT NULL)`,
    `INSERT INTO ${FIXTURE.configs} VALUES ('v1', '{"top_k": 20, "reader": {"model": "claude-3", "api_key": "hush"}}'),
       ('v2', '{"top_k": 30, "reader": {"model": "claude-3", "api_key": "hush"}}')`,
  ];
  for (const statement of statements) await runner.query(statement);
}

/** Deterministic, healthy chunks `<run>-0 …` of four-dimensional embeddings. */
export async function insertChunks(runner: SqlRunner, run: string, count: number, embedding = "real[]"): Promise<void> {
  await runner.query(
    `INSERT INTO ${FIXTURE.chunks} (id, ${FIXTURE.run}, "Document", ${FIXTURE.text}, bm25_text, embedding_text, embedding, tokens)
     SELECT $1 || '-' || n, $1, 'doc-' || n / 10, 'Section ' || n || ' of the handbook', 'section ' || n || ' of the handbook',
            'Document: handbook. Section ' || n, ARRAY[cos(n), sin(n), cos(n * 2), sin(n * 3)]::real[]::${embedding}, 20 + n % 30
       FROM generate_series(0, $2::int - 1) AS n`,
    [run, count],
  );
}

/** What ingestion does when it is done: count and digest beside the run. */
export async function recordRun(
  runner: SqlRunner,
  run: string,
  found: { chunks: number | null; digest: string | null },
  finishedAt = "2026-11-01T10:00:00Z",
  state = "complete",
): Promise<void> {
  await runner.query(
    `INSERT INTO ${FIXTURE.runs} VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (${FIXTURE.run}) DO UPDATE SET state = $2, chunks = $3, digest = $4, finished_at = $5`,
    [run, state, found.chunks, found.digest, finishedAt],
  );
}

/** Points the service at a pair, as if an earlier release had. */
export async function setPointer(runner: SqlRunner, run: string | null, config: string | null): Promise<void> {
  await runner.query(
    `INSERT INTO ${FIXTURE.pointer} VALUES ('docs', $1, $2)
     ON CONFLICT (key) DO UPDATE SET ${FIXTURE.run} = $1, config = $2`,
    [run, config],
  );
}
