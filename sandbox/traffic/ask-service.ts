import { z } from "zod";

export type Pair = { readonly run: string; readonly config: string };

/** What one real request to the RAG service came to. Latency in seconds, as the user waited. */
export type Sample = {
  readonly run: string | null;
  readonly latencyS: number;
  /** What went wrong; null: it answered. */
  readonly error: string | null;
  readonly facts: Facts;
};

/** What Golive is told of an answer besides how long it took. Empty where there was none. */
export type Facts = {
  readonly budget_violation?: boolean;
  readonly prefix_leakage?: boolean;
  readonly candidates_before_dedup?: number;
  readonly candidates_after_dedup?: number;
  readonly snapshot_breadth?: number;
};

/** The parts of an answer that are looked at, docs/rag-service.md. */
const answerSchema = z.object({
  run_id: z.string(),
  snapshot: z.array(z.object({ bm25_text: z.string() })),
  candidates: z.object({ before_dedup: z.number(), after_dedup: z.number() }),
  context: z.array(z.object({ tokens: z.number() })),
});

/** The prefix that ingestion puts before what is embedded, and nowhere else. */
const PREFIX = /^Document: /;
const PATIENCE_MS = 60_000;

export type AskOptions = {
  readonly serviceUrl: string;
  /** What the reader gets at most, in tokens: more is a budget violation. */
  readonly contextTokens: number;
  /** Milliseconds of some clock. */
  readonly elapsed: () => number;
};

/** Asks as a user does: of what is live, or (`pair`) of a pair that is named. Never throws for what the service does. */
export async function askService(options: AskOptions, query: string, pair: Pair | null): Promise<Sample> {
  const { serviceUrl, contextTokens, elapsed } = options;
  const named = pair === null ? {} : { run_id: pair.run, config_version: pair.config };
  const began = elapsed();
  const failed = (error: string): Sample => ({ run: null, latencyS: (elapsed() - began) / 1_000, error, facts: {} });
  try {
    const response = await fetch(`${serviceUrl}/answer`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      // A cache would answer the second request in no time, and its latency is no answer's.
      body: JSON.stringify({ query, ...named, eval: { disable_cache: true } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (!response.ok) return failed(`status ${response.status}`);
    const latencyS = (elapsed() - began) / 1_000;
    const { run_id, snapshot, candidates, context } = answerSchema.parse(JSON.parse(text));
    const tokens = context.reduce((sum, chunk) => sum + chunk.tokens, 0);
    return {
      run: run_id,
      latencyS,
      error: null,
      facts: {
        budget_violation: tokens > contextTokens,
        prefix_leakage: snapshot.some(({ bm25_text }) => PREFIX.test(bm25_text)),
        candidates_before_dedup: candidates.before_dedup,
        candidates_after_dedup: candidates.after_dedup,
        snapshot_breadth: snapshot.length,
      },
    };
  } catch (error) {
    return failed(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "no usable answer");
  }
}
