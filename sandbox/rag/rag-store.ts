import { Client, escapeIdentifier } from "pg";

/**
 * The sandbox's RAG store: the tables that configs/golive.yaml maps. Chunk ids repeat from run to run, so that equal
 * content has an equal digest whatever the run is called.
 */
const DDL = `
CREATE SCHEMA IF NOT EXISTS rag;
CREATE TABLE IF NOT EXISTS rag.ingest_runs (
  ingest_run_id text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('running', 'complete')),
  chunk_count integer,
  content_digest text,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);
CREATE TABLE IF NOT EXISTS rag.document_chunks (
  ingest_run_id text NOT NULL REFERENCES rag.ingest_runs,
  chunk_id text NOT NULL,
  document_path text NOT NULL,
  chunk_text text NOT NULL,
  bm25_text text NOT NULL,
  embedding_text text NOT NULL,
  embedding real[],
  embedding_token_count integer NOT NULL,
  PRIMARY KEY (ingest_run_id, chunk_id)
);
CREATE INDEX IF NOT EXISTS document_chunks_bm25 ON rag.document_chunks USING gin (to_tsvector('english', bm25_text));
CREATE TABLE IF NOT EXISTS rag.service_configs (config_version text PRIMARY KEY, body jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS rag.active_pointer (
  service text PRIMARY KEY,
  ingest_run_id text REFERENCES rag.ingest_runs,
  config_version text REFERENCES rag.service_configs,
  updated_at timestamptz NOT NULL DEFAULT now()
);`;

/** Runs `work` on a connection of its own and closes it. */
export async function withStore<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, application_name: "sandbox-rag" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Makes the store's tables unless they are there. The lock keeps two that start together from failing each other.
 * `grantTo`: the role that Golive reads this store with gets exactly the rights that docs/rag-store.md lists. `scratch`: and those with
 * which a nightly smoke run brings a document in and takes it out again.
 */
export async function createStore(
  connectionString: string,
  options: { readonly grantTo?: string; readonly scratch?: boolean } = {},
): Promise<void> {
  await withStore(connectionString, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('sandbox-rag-ddl', 0))");
    await client.query(DDL);
    if (options.grantTo !== undefined) {
      const role = escapeIdentifier(options.grantTo);
      await grant(client, role);
      if (options.scratch === true) {
        await client.query(`GRANT INSERT, DELETE ON rag.document_chunks, rag.ingest_runs TO ${role}`);
      }
    }
    await client.query("COMMIT");
  });
}

async function grant(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  const database = escapeIdentifier(rows[0]?.name ?? "");
  await client.query(`GRANT USAGE ON SCHEMA rag TO ${role}`);
  await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA rag TO ${role}`);
  await client.query(`GRANT INSERT, UPDATE ON rag.active_pointer TO ${role}`);
  await client.query(`GRANT INSERT ON rag.service_configs TO ${role}`);
  await client.query(`GRANT CREATE ON DATABASE ${database} TO ${role}`);
}

/** Points the service at a run and a configuration version, or at nothing (null): as if an earlier release had. */
export async function setPointer(
  connectionString: string,
  service: string,
  pair: { readonly run: string; readonly config: string } | null,
): Promise<void> {
  await withStore(connectionString, (client) =>
    client.query(
      `INSERT INTO rag.active_pointer (service, ingest_run_id, config_version) VALUES ($1, $2, $3)
       ON CONFLICT (service) DO UPDATE SET ingest_run_id = $2, config_version = $3, updated_at = now()`,
      [service, pair?.run ?? null, pair?.config ?? null],
    ),
  );
}

/** Stores a configuration version. A version that exists is replaced: the sandbox has no history of it. */
export async function putConfig(connectionString: string, version: string, body: object): Promise<void> {
  await withStore(connectionString, (client) =>
    client.query(
      `INSERT INTO rag.service_configs (config_version, body) VALUES ($1, $2)
       ON CONFLICT (config_version) DO UPDATE SET body = $2`,
      [version, JSON.stringify(body)],
    ),
  );
}
