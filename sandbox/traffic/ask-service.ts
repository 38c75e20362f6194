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
  readonly embedding_ms?: number;
  readonly retries?: number;
  readonly hard_timeout?: boolean;
  readonly rejected?: boolean;
};

/** The parts of an answer that are looked at, docs/rag-service.md. */
const answerSchema = z.object({
  run_id: z.string(),
  snapshot: z.array(z.object({ bm25_text: z.string() })),
  candidates: z.object({ before_dedup: z.number(), after_dedup: z.number() }),
  context: z.array(z.object({ tokens: z.number() })),
  timings: z.object({ embedding_ms: z.number().nullable() }),
  tool_calls: z.array(z.object({ retries: z.number().nullish() })),
});

/** The prefix that ingestion puts before what is embedded, and nowhere else. */
const PREFIX = /^Document: /;
const PATIENCE_MS = 60_000;
/** What a service says that has too much to do. */
const TURNED_AWAY = new Set([429, 503]);

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
  const failed = (error: string, facts: Facts = {}): Sample => ({
    run: null,
    latencyS: (elapsed() - began) / 1_000,
    error,
    facts: { hard_timeout: error === "timeout", rejected: false, ...facts },
  });
  try {
    const response = await fetch(`${serviceUrl}/answer`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      // A cache would answer the second request in no time, and its latency is no answer's.
      body: JSON.stringify({ query, ...named, eval: { disable_cache: true } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (!response.ok) return failed(`status ${response.status}`, { rejected: TURNED_AWAY.has(response.status) });
    const latencyS = (elapsed() - began) / 1_000;
    const { run_id, snapshot, candidates, context, timings, tool_calls } = answerSchema.parse(JSON.parse(text));
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
        // As the service measured it, where it embeds: not from here, with a network in between.
        ...(timings.embedding_ms === null ? {} : { embedding_ms: timings.embedding_ms }),
        retries: tool_calls.reduce((sum, { retries }) => sum + (retries ?? 0), 0),
        hard_timeout: false,
        rejected: false,
      },
    };
  } catch (error) {
    return failed(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "no usable answer");
  }
}
