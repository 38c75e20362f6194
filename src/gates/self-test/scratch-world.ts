import { randomBytes } from "node:crypto";
import type { ServiceConfig } from "#src/config/service-config";
import type { GateSubject } from "#src/gates/gate";
import type { Fixture, World } from "#src/gates/self-test/self-test";
import { quoteIdentifier } from "#src/rag/quote";
import { runnerWithin } from "#src/rag/runner-within";
import type { RagStore, StoreQuery } from "#src/rag/store";
import { ragStoreOver } from "#src/rag/store-postgres";
import type { Pair } from "#src/release/events";
import { digestOf } from "#src/release/hash";

export const LIVE: Pair = { run: "golive-self-test-live", config: "golive-self-test-1" };
export const CANDIDATE: Pair = { run: "golive-self-test-candidate", config: "golive-self-test-2" };

const CHUNKS = 40;

/** What carries the result out of a transaction that must not be committed. */
class Undo<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super("rolled back on purpose");
    this.result = result;
  }
}

/** What a world is made around: the service that is really configured, and the store whose database it is built in. */
export type Around = Pick<GateSubject, "service" | "store" | "machineNow">;

/** A healthy world, for as many fixtures as one likes. */
export type Scratch = {
  /** Makes the world what the fixture wants, runs `work` in it, and makes it healthy again. One at a time. */
  face<T>(fixture: Fixture, work: (world: World) => Promise<T>): Promise<T>;
};

/**
 * Builds a world in a scratch schema of the RAG store's database, runs `work` with it, and rolls everything back: nobody ever
 * sees the schema, and nothing stays, whatever happens. Needs CREATE on that database, as the backup does. Throws
 * `RagStoreError` when the database fails or refuses.
 */
export async function inScratchWorld<T>(
  around: Around,
  signal: AbortSignal,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const schema = `golive_self_test_${randomBytes(6).toString("hex")}`;
  try {
    await around.store.transaction(
      "write",
      async (query) => {
        await buildTables(query, schema);
        const service = serviceIn(schema, around.service);
        const store = ragStoreOver(runnerWithin(query), service);
        await fill(query, store);
        throw new Undo(await work(scratchOf(query, healthySubject(service, store, around.machineNow))));
      },
      signal,
    );
  } catch (error) {
    if (error instanceof Undo) return error.result;
    throw error;
  }
  throw new Error("a scratch world was left without being rolled back");
}

function scratchOf(query: StoreQuery, subject: GateSubject): Scratch {
  return {
    async face(fixture, work) {
      await query("SAVEPOINT golive_fixture");
      try {
        // In one message: a proof of all gates faces some seventy fixtures.
        if (fixture.sql !== undefined) await query(fixture.sql.join(";\n"));
        return await work({ subject: { ...subject, ...fixture.change?.(subject) }, query });
      } finally {
        await query("ROLLBACK TO SAVEPOINT golive_fixture; RELEASE SAVEPOINT golive_fixture");
      }
    },
  };
}

async function buildTables(query: StoreQuery, schema: string): Promise<void> {
  await query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
  await query(
    "SELECT set_config('search_path', concat_ws(', ', $1::text, nullif(current_setting('search_path'), '')), true)",
    [quoteIdentifier(schema)],
  );
  for (const statement of [
    `CREATE TABLE chunks (run text NOT NULL, id text NOT NULL, document text, content text, bm25_text text,
       embedding_text text, embedding real[], tokens integer, PRIMARY KEY (run, id))`,
    "CREATE INDEX chunks_sparse ON chunks USING gin (to_tsvector('english', bm25_text))",
    "CREATE TABLE runs (run text PRIMARY KEY, state text, chunks integer, digest text, finished_at timestamptz)",
    "CREATE TABLE pointer (service text PRIMARY KEY, run text, config text)",
    "CREATE TABLE configs (version text PRIMARY KEY, body jsonb NOT NULL)",
  ]) {
    await query(statement);
  }
}

/** Two runs as a good ingestion leaves them, recorded, and the pointer on the first. */
async function fill(query: StoreQuery, store: RagStore): Promise<void> {
  for (const [run, day] of [
    [LIVE.run, "2026-01-01"],
    [CANDIDATE.run, "2026-01-02"],
  ] as const) {
    await query(
      `INSERT INTO chunks SELECT $1, 'c' || n, 'handbook', 'Section ' || n || ' of the handbook',
              'section ' || n || ' of the handbook', 'Document: handbook. Section ' || n,
              ARRAY[cos(n), sin(n), cos(n * 2), sin(n * 3)]::real[], 20 + n % 30
         FROM generate_series(1, $2::int) AS n`,
      [run, CHUNKS],
    );
    const { chunks, digest } = await store.digest(run);
    await query("INSERT INTO runs VALUES ($1, 'complete', $2, $3, $4)", [run, chunks, digest, day]);
  }
  for (const { config } of [LIVE, CANDIDATE]) {
    await query("INSERT INTO configs VALUES ($1, $2)", [config, JSON.stringify(CONFIGURATION)]);
  }
  await query("INSERT INTO pointer VALUES ('self-test', $1, $2)", [LIVE.run, LIVE.config]);
}

/** In the layout that docs/rag-service.md gives for a configuration version. */
const CONFIGURATION = {
  retrieval: {
    top_k_dense: 20,
    top_k_sparse: 20,
    fusion: "rrf",
    rrf_k: 60,
    weights: { dense: 1, sparse: 1 },
    per_document_cap: 4,
    dedup_jaccard: 0.8,
  },
  rerank: { enabled: false, model: null, top_n: 3 },
  context: { chunks: 3, max_tokens: 400 },
  chunking: { version: 1, max_tokens: 200, overlap_tokens: 20, jaccard: 0.8, prefix_policy: "A", overrides: {} },
  embedding: {
    model: "self-test-embedder",
    dimension: 4,
    tokenizer: "self-test-words",
    tokenizer_sha256: digestOf("self-test tokenizer"),
  },
  generation: {
    model: "self-test-reader",
    temperature: 0,
    top_p: 1,
    seed: 42,
    max_tokens: 256,
    chain_of_thought: false,
  },
  prompt: {
    template: "self-test",
    sha256: digestOf("self-test prompt"),
    few_shot_ids: ["fs-1", "fs-2", "fs-3"],
    few_shot_pool_sha256: digestOf("self-test pool"),
  },
  thresholds: { dense_similarity_min: 0.05 },
};

function serviceIn(schema: string, real: ServiceConfig): ServiceConfig {
  const table = (name: string): string => `${schema}.${name}`;
  return {
    ...real,
    rag_store: {
      url_env: "RAG_STORE_URL",
      chunks: {
        table: table("chunks"),
        id: "id",
        run: "run",
        document: "document",
        text: "content",
        bm25_text: "bm25_text",
        embedding_text: "embedding_text",
        embedding: "embedding",
        token_count: "tokens",
      },
      runs: {
        table: table("runs"),
        run: "run",
        state: "state",
        complete_value: "complete",
        chunks: "chunks",
        digest: "digest",
        finished_at: "finished_at",
      },
      pointer: { table: table("pointer"), key_column: "service", key: "self-test", run: "run", config: "config" },
      configs: { table: table("configs"), version: "version", body: "body" },
    },
    retrieval: {
      vector_index: "exact",
      embedding_dimension: 4,
      embedder_max_tokens: 512,
      chunk_max_tokens: 200,
      context_chunks: 3,
      context_budget_tokens: 400,
      prefix: { policy: "A", pattern: "^Document: " },
    },
    rag_service: {
      ...real.rag_service,
      model_calls_per_answer: 1,
      probe_question: "How many sections has the handbook?",
    },
    models: { judge_model: "self-test-judge" },
    configuration_facts: {},
    applies: {},
    environment: [
      { name: "RAG_STORE_URL", type: "url" },
      { name: "AWS_REGION", type: "region" },
      { name: "REQUESTS_PER_SECOND", type: "number" },
    ],
  };
}

function healthySubject(service: ServiceConfig, store: RagStore, machineNow: () => number): GateSubject {
  return {
    service,
    candidate: CANDIDATE,
    active: LIVE,
    frozenManifest: null,
    store,
    adopted: {},
    env: {
      RAG_STORE_URL: "postgres://store.internal/rag",
      AWS_REGION: "eu-central-1",
      REQUESTS_PER_SECOND: "0.12",
    },
    botDatabase: { ping: async () => ({ nowMs: machineNow(), missingMigrations: [], writable: true }) },
    machineNow,
  };
}
