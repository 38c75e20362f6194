import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { AnswerBody, ToolCall } from "#sandbox/rag-service/answer-body";
import type { AnswerCache } from "#sandbox/rag-service/answer-cache";
import type { ServiceBody } from "#sandbox/rag-service/configuration";
import { type FewShotPool, type FewShotPools, pickExamples } from "#sandbox/rag-service/few-shot-pool";
import { sha256 } from "#sandbox/rag-service/hash";
import type { Knobs } from "#sandbox/rag-service/knobs";
import { promptTemplate, renderPrompt } from "#sandbox/rag-service/prompt";
import type { Reader } from "#sandbox/rag-service/reader";
import type { Question } from "#sandbox/rag-service/request";
import { type Retrieved, retrieve } from "#sandbox/rag-service/retrieve";
import type { PairName, StoreReader } from "#sandbox/rag-service/store-reader";

export type Answering = {
  readonly store: StoreReader;
  readonly reader: Reader;
  readonly cache: AnswerCache;
  readonly pools: FewShotPools;
  readonly knobs: Knobs;
  /** Counts: how many times it was called before. */
  readonly answered: () => number;
  readonly now: () => number;
};

export type Effective = { readonly pair: PairName; readonly config: ServiceBody; readonly hash: string };

const OPENINGS = ["", "In short: ", "The documentation says: "];

/** Answers one question with one pair: cache, retrieval, reader, and the trace of all of it. */
export async function answerQuestion(
  { store, reader, cache, pools, knobs, answered, now }: Answering,
  { pair, config, hash }: Effective,
  question: Question,
  signal: AbortSignal,
): Promise<AnswerBody> {
  const began = now();
  const cacheOff = question.eval?.disable_cache === true;
  const useCache = !cacheOff || knobs.stuckCache !== null;
  // A store that stamps is the worst there is: it doesn't even look at the question.
  const kept = knobs.stuckCache === "stamped" ? "" : question.query;
  const earlier = useCache ? cache.get(pair, hash, kept) : undefined;
  if (earlier !== undefined) {
    if (knobs.stuckCache === "verbatim") return earlier;
    if (knobs.stuckCache === "stamped") return { ...earlier, ...fresh(question) };
    return { ...earlier, ...fresh(question), cache: "hit", timings: { ...NO_STEPS, total_ms: round(now() - began) } };
  }

  const found = await retrieve(store, {
    run: pair.run,
    question: question.query,
    config,
    clamp: knobs.silentClamp,
    leakPrefix: knobs.leakPrefix,
    now,
  });
  const pool = pools(config.prompt.few_shot_pool_sha256);
  if (pool === null) throw new Error("the configuration was parsed with a pool that is gone");
  const examples = pickExamples(pool, fewShotIds(pool, config, knobs));
  const prompt = renderPrompt(promptTemplate(config.prompt.template)?.text ?? "", {
    question: question.query,
    passages: found.context.map(({ text }, at) => ({ id: String(at + 1), text })),
    examples,
    chainOfThought: config.generation.chain_of_thought,
  });
  const temperature = knobs.temperature ?? question.eval?.temperature ?? config.generation.temperature;
  const asked = now();
  const reading = await reader.read({
    model: config.generation.model,
    prompt,
    temperature,
    topP: config.generation.top_p,
    maxTokens: config.generation.max_tokens,
    signal,
  });
  if (knobs.slowdown > 1) await wait((now() - began) * (knobs.slowdown - 1), undefined, { signal });
  const ended = now();
  const worded = (text: string) => (knobs.restless ? `${OPENINGS[answered() % OPENINGS.length] ?? ""}${text}` : text);

  const body: AnswerBody = {
    answer: worded(knobs.constantAnswer ?? reading.text),
    citations: citationsOf(knobs.constantAnswer ?? reading.text, found),
    snapshot: found.snapshot.map(({ id, document, text, bm25Text, score, rank, ranks }) => {
      return { chunk_id: id, document, text, bm25_text: bm25Text, score, rank, ranks };
    }),
    candidates: found.candidates,
    context: found.context.map(({ id, document, text, tokens }) => ({ chunk_id: id, document, text, tokens })),
    timings: {
      embedding_ms: round(found.timings.embedding_ms),
      retrieve_ms: round(found.timings.retrieve_ms),
      rerank_ms: round(found.timings.rerank_ms),
      generate_ms: round(ended - asked),
      first_text_ms: round(asked - began + reading.firstTextMs),
      total_ms: round(ended - began),
    },
    tool_calls: toolCalls(config, question.query),
    prompt_audit: {
      prompt_sha256: sha256(prompt),
      prompt,
      model: knobs.claimedModel ?? reading.model,
      temperature,
      // Converse has no seed to send.
      seed: "unsupported",
      cot: config.generation.chain_of_thought,
      few_shot_ids: examples.map(({ id }) => id),
      input_tokens: reading.inputTokens,
      output_tokens: reading.outputTokens,
    },
    config_hash: hash,
    run_id: pair.run,
    config_version: pair.config,
    cache: cacheOff ? "off" : "miss",
    ...fresh(question),
  };
  if (useCache) cache.put(pair, hash, kept, body);
  return body;
}

const fresh = ({ nonce }: Question) => ({ nonce, trace_id: randomUUID() });

const NO_STEPS = { retrieve_ms: null, rerank_ms: null, generate_ms: null, embedding_ms: null, first_text_ms: null };

/** Hundredths of a millisecond. */
const round = (ms: number) => Math.round(ms * 100) / 100;

/** The examples that the configuration names; the wrong ones are all others of the pool. */
function fewShotIds(pool: FewShotPool, config: ServiceBody, knobs: Knobs): readonly string[] {
  const configured = config.prompt.few_shot_ids;
  if (!knobs.wrongFewShots) return configured;
  return pool.examples.map(({ id }) => id).filter((id) => !configured.includes(id));
}

/** Passages that the answer names in brackets, each once, in the order of the answer. */
function citationsOf(text: string, { context }: Retrieved): AnswerBody["citations"] {
  const named = [...text.matchAll(/\[(\d{1,3})\]/g)].map(([, number]) => Number(number));
  return [...new Set(named)].flatMap((number) => {
    const chunk = context[number - 1];
    return chunk === undefined ? [] : [{ chunk_id: chunk.id, document: chunk.document }];
  });
}

/** Retrieval is the one tool here. A configuration that declares it gets its calls traced, each after its intent. */
function toolCalls(config: ServiceBody, query: string): readonly ToolCall[] {
  const tool = config.tools?.find(({ name }) => name === "search_documents");
  if (tool === undefined) return [];
  const call = { query, top_k: config.retrieval.top_k_dense };
  return [
    {
      tool: tool.name,
      intent: `using=${tool.name} reason=passages that may answer the question expected=ranked chunks`,
      arguments: call,
      schema: tool.schema,
      mutating: tool.mutating,
      dry_run: false,
      approval_id: null,
      retries: 0,
    },
  ];
}
