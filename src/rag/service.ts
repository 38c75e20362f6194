import { z } from "zod";
import type { Pair } from "#src/release/events";

const text = z.string().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 as 64 small hex digits");
const milliseconds = z.number().min(0);
const count = z.int().min(0);
const json = z.json();

/** A field that a service may leave out. It is null then: not shown, which proves nothing. */
const shown = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

/** What GET /config answers. Keys that this doesn't name are allowed and dropped. */
export const serviceReportSchema = z.object({
  service: text,
  /** The pair that the configuration is of; null when nothing is live and no pair was asked for. */
  run_id: text.nullable(),
  config_version: text.nullable(),
  /** The effective configuration, without secrets. */
  config: z.record(z.string(), json),
  /** As the service computed it. To be recomputed from `config`, never believed. */
  config_hash: sha256,
  /** Names of the environment variables that are set. */
  variables: z.array(text),
  source: shown(z.object({ commit: text, branch: text })),
  models: z.object({ generation: z.array(text), embedding: text, rerank: text.nullable() }),
  model_calls_per_answer: count,
});
export type ServiceReport = z.infer<typeof serviceReportSchema>;

const snapshotChunk = z.object({
  chunk_id: text,
  document: text,
  text: shown(z.string()),
  bm25_text: z.string(),
  score: z.number(),
  rank: z.int().min(1),
  /** Its place in the lists that were fused, from 1; null: it isn't in that list. Left out: the service doesn't say. */
  ranks: z.object({ dense: z.int().min(1).nullable(), sparse: z.int().min(1).nullable() }).nullish(),
});

const contextChunk = z.object({ chunk_id: text, document: text, text: z.string(), tokens: count });

/** One call of a tool, in the order of the calls. */
const toolCall = z.object({
  tool: text,
  arguments: json,
  /** The trace's line before the call: `using=<tool> reason=<…> expected=<schema>`; null: there was none. */
  intent: shown(z.string()),
  /** The JSON Schema that the tool declares for its arguments. */
  schema: shown(z.record(z.string(), json)),
  mutating: shown(z.boolean()),
  dry_run: shown(z.boolean()),
  approval_id: shown(text),
  retries: shown(count),
});

/** What was really sent to the reader. Null: the service doesn't show it. */
const promptAudit = z.object({
  prompt_sha256: shown(sha256),
  prompt: shown(z.string()),
  model: shown(text),
  temperature: shown(z.number()),
  seed: shown(z.union([z.int(), z.literal("unsupported")])),
  cot: shown(z.boolean()),
  few_shot_ids: shown(z.array(text)),
  input_tokens: shown(count),
  output_tokens: shown(count),
});

/** What POST /answer answers. Keys that this doesn't name are allowed and dropped. */
export const answerSchema = z.object({
  answer: z.string(),
  citations: z.array(z.object({ chunk_id: text, document: text })),
  /** What retrieval found, best first, before any clamp, reranking or deduplication. */
  snapshot: z.array(snapshotChunk),
  candidates: z.object({ before_clamp: count, before_dedup: count, after_dedup: count }),
  /** What the reader got. */
  context: z.array(contextChunk),
  timings: z.object({
    retrieve_ms: shown(milliseconds),
    rerank_ms: shown(milliseconds),
    generate_ms: shown(milliseconds),
    embedding_ms: shown(milliseconds),
    first_text_ms: shown(milliseconds),
    total_ms: shown(milliseconds),
  }),
  tool_calls: z.array(toolCall),
  prompt_audit: shown(promptAudit),
  config_hash: shown(sha256),
  run_id: shown(text),
  config_version: shown(text),
  cache: shown(z.enum(["hit", "miss", "off"])),
  nonce: shown(z.string()),
  trace_id: shown(text),
});
export type Answer = z.infer<typeof answerSchema>;

/** A question, as it is sent. Without a pair the service answers with what its pointer says. */
export type AnswerRequest = {
  readonly query: string;
  readonly pair: Pair | null;
  /** Anything that no earlier request carried: an answer out of a cache shows another one, or none. */
  readonly nonce: string;
  /** How an evaluation wants to be answered; absent for a question as users ask it. */
  readonly eval?: { readonly temperature: number; readonly seed: number; readonly disable_cache: boolean };
};

/** The HTTP face of the governed RAG system. Failures throw `RagServiceError`; an abort closes the connection. */
export interface RagService {
  /** The effective configuration of a pair, or of what the pointer says. */
  config(pair: Pair | null, signal: AbortSignal): Promise<ServiceReport>;
  answer(request: AnswerRequest, signal: AbortSignal): Promise<Answer>;
}
