import { z } from "zod";
import type { DeterministicSettings } from "#src/config/determinism";
import type { GateSubject } from "#src/gates/gate";
import type { AskService } from "#src/gates/service-probe";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { ResolveModel } from "#src/manifest/collect-models";
import type { ConverseAnswer, EmbedAnswer, ModelClient } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import type { Answer, ServiceReport } from "#src/rag/service";

/** Of a service that tells no times. */
export const NO_TIMINGS = {
  retrieve_ms: null,
  rerank_ms: null,
  generate_ms: null,
  embedding_ms: null,
  first_text_ms: null,
  total_ms: null,
};

/**
 * The world outside the store as the gates see it: a service, a provider and a model client that behave. Bad fixtures change
 * one thing of it. Nothing here is asked over a network: what is proven is the gates' judgement.
 */
export const SETTINGS: DeterministicSettings = {
  TEMPERATURE: "0",
  TOP_P: "1",
  TOP_K: "1",
  RANDOM_SEED: 42,
  MAX_TOKENS: 256,
  EVAL_DISABLE_CACHE: "1",
  PROMPT_AUDIT: "1",
  PROMPT_HASH_VALIDATION: "1",
  FEW_SHOT_IDS_AUDIT: "1",
  COT_AUDIT: "1",
  COT_ENABLED: false,
};

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const PASSAGE = "The handbook has forty sections, & each has a number.";
const promptOf = (query: string): string =>
  `Answer from the passages.\n<passage>${PASSAGE.replaceAll("&", "&amp;")}</passage>\n<question>${query}</question>`;

/** What an honest service reports for the candidate. */
export async function honestReport({ store, candidate }: GateSubject): Promise<ServiceReport> {
  const found = (await store.configVersions()).find(({ version }) => version === candidate.config);
  const config = z.record(z.string(), z.json()).parse(found?.body ?? {});
  return {
    service: "self-test",
    run_id: candidate.run,
    config_version: candidate.config,
    config,
    config_hash: sha256(canonicalJson(config)),
    variables: ["AWS_REGION", "RAG_STORE_URL", "REQUESTS_PER_SECOND"],
    source: { commit: COMMIT, branch: "main" },
    models: { generation: ["self-test-reader"], embedding: "self-test-embedder", rerank: null },
    model_calls_per_answer: 1,
  };
}

const ARN = "arn:aws:bedrock:eu-central-1::foundation-model/";

/** A provider that has the models of the scratch world. */
export const honestResolve: ResolveModel = async (model) =>
  model.startsWith("self-test-") ? { arn: `${ARN}${model}`, models: [`${ARN}${model}`] } : null;

/** A service that answers as an evaluation asks it to. */
export const honestAsk: AskService = async (subject, { query, nonce, eval: wish }) => {
  const { config_hash } = await honestReport(subject);
  const prompt = promptOf(query);
  const chunk = { chunk_id: "c7", document: "handbook", text: PASSAGE };
  return {
    answer: "It has forty sections.",
    citations: [],
    snapshot: [{ ...chunk, bm25_text: PASSAGE, score: 1, rank: 1 }],
    candidates: { before_clamp: 1, before_dedup: 1, after_dedup: 1 },
    context: [{ ...chunk, tokens: 9 }],
    timings: NO_TIMINGS,
    tool_calls: [],
    prompt_audit: {
      prompt_sha256: sha256(prompt),
      prompt,
      model: "self-test-reader",
      temperature: wish.temperature,
      seed: wish.seed,
      cot: false,
      few_shot_ids: ["fs-1", "fs-2", "fs-3"],
      input_tokens: 12,
      output_tokens: 5,
    },
    config_hash,
    run_id: subject.candidate.run,
    config_version: subject.candidate.config,
    cache: "off",
    nonce,
    trace_id: `trace-${nonce}`,
  };
};

/** An honest service whose answers are then changed. */
export const askWith =
  (change: (answer: Answer) => Partial<Answer>): AskService =>
  async (subject, question, signal) => {
    const answer = await honestAsk(subject, question, signal);
    return { ...answer, ...change(answer) };
  };

/** The same for what its prompt audit says. */
export const auditWith = (change: Partial<NonNullable<Answer["prompt_audit"]>>): AskService =>
  askWith(({ prompt_audit: audit }) => ({ prompt_audit: audit === null ? null : { ...audit, ...change } }));

/** A proxy that keeps the first answer and sends it again, with what `stamp` renews in it. */
export function replaying(stamp: (nonce: string, count: number) => Partial<Answer>): AskService {
  let kept: Answer | null = null;
  let count = 0;
  return async (subject, question, signal) => {
    count += 1;
    kept ??= await honestAsk(subject, question, signal);
    return { ...kept, ...stamp(question.nonce, count) };
  };
}

/** Numbers that no nonce repeats. */
export function countingNonce(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `nonce-${count}`;
  };
}

const TIMINGS = { queuedMs: 0, firstTextMs: 1, callMs: 1, totalMs: 1 };
const answered = (model: string): ConverseAnswer => ({
  text: "ready",
  modelAnswered: model,
  stopReason: "max_tokens",
  usage: { inputTokens: 5, outputTokens: 1 },
  attempts: 1,
  timeouts: 0,
  timings: TIMINGS,
  promptSha256: sha256(promptOf("ready?")),
  auditId: "self-test",
});
const embedded = (dimension: number): EmbedAnswer => ({
  vector: Array.from({ length: dimension }, () => 0.5),
  inputTokens: 5,
  attempts: 1,
  timeouts: 0,
  timings: TIMINGS,
  promptSha256: sha256(promptOf("ready?")),
  auditId: "self-test",
});

/** A model client over a provider that has its models; an evaluation's refuses any temperature but 0. */
export function honestModels(
  options: { readonly evaluation?: boolean; readonly missing?: string } = {},
): Pick<ModelClient, "converse" | "embed" | "resolve"> {
  const missing = (model: string): void => {
    if (model === options.missing) throw new ModelError("unknown-model", `There is no model ${model}.`);
  };
  return {
    async converse({ model, sampling }) {
      missing(model);
      if (options.evaluation === true && sampling.temperature !== 0) {
        throw new ModelError("sampling-refused", "An evaluation asks at temperature 0; nothing was sent.");
      }
      return answered(model);
    },
    async embed({ model, dimension }) {
      missing(model);
      return embedded(dimension);
    },
    async resolve(model) {
      missing(model);
      return { asked: model, arn: `${ARN}${model}`, models: [`${ARN}${model}`], lifecycle: "ACTIVE" };
    },
  };
}
