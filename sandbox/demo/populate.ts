import { type Chunking, DEFAULT_CHUNKING } from "#sandbox/rag/chunk-markdown";
import type { Faults } from "#sandbox/rag/faults";
import { type Ingested, ingest } from "#sandbox/rag/ingest";
import { putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";

export const SERVICE = "support-docs";
const CONFIG = "v1";
/** What each later ingestion of the demo changes: smaller pieces, so that the content really differs. */
const NEXT_CHUNKING: Chunking = { ...DEFAULT_CHUNKING, maxTokens: Math.round(DEFAULT_CHUNKING.maxTokens * 0.8) };

export type Live = { readonly run: string; readonly config: string } | null;

/** What the pointer says, read past the product: the proof that it did what it claims. */
export async function readLive(url: string): Promise<Live> {
  return withStore(url, async (client) => {
    const { rows } = await client.query<{ run: string | null; config: string | null }>(
      "SELECT ingest_run_id AS run, config_version AS config FROM rag.active_pointer WHERE service = $1",
      [SERVICE],
    );
    const [row] = rows;
    return row === undefined || row.run === null || row.config === null ? null : { run: row.run, config: row.config };
  });
}

/** Ingests the corpus as the next run: `run-1`, `run-2`, … */
export async function ingestNext(url: string, corpus: string, faults: Faults = {}): Promise<Ingested> {
  const count = await countRuns(url);
  const chunking = count === 0 ? DEFAULT_CHUNKING : NEXT_CHUNKING;
  return ingest({ connectionString: url, run: `run-${count + 1}`, from: { dir: corpus }, chunking, faults });
}

async function countRuns(url: string): Promise<number> {
  return withStore(url, async (client) => {
    const { rows } = await client.query<{ runs: number }>("SELECT count(*)::int AS runs FROM rag.ingest_runs");
    return rows[0]?.runs ?? 0;
  });
}

/** A store with a live run, unless there is one: as a company has that begins to use Golive. */
export async function ensureLiveRun(url: string, corpus: string): Promise<Ingested | null> {
  await putConfig(url, CONFIG, defaultServiceConfig());
  if ((await countRuns(url)) > 0) return null;
  const ingested = await ingestNext(url, corpus);
  await setPointer(url, SERVICE, { run: ingested.run, config: CONFIG });
  return ingested;
}

/** A run, and no pointer: the state before the first go-live ever. */
export async function ensureFirstRun(url: string, corpus: string): Promise<Ingested | null> {
  await putConfig(url, CONFIG, defaultServiceConfig());
  return (await countRuns(url)) > 0 ? null : ingestNext(url, corpus);
}

/** A candidate that differs from what is live, unless the newest run already does. */
export async function ensureCandidate(url: string, corpus: string): Promise<Ingested | null> {
  const live = await readLive(url);
  const newest = await withStore(url, async (client) => {
    const { rows } = await client.query<{ run: string }>(
      "SELECT ingest_run_id AS run FROM rag.ingest_runs WHERE state = 'complete' ORDER BY finished_at DESC LIMIT 1",
    );
    return rows[0]?.run;
  });
  return newest !== undefined && newest !== live?.run ? null : ingestNext(url, corpus);
}
