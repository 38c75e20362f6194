import type { CaseVerdict, GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import type { Plan } from "#src/evaluation/run/run-record";

const HASH = "a".repeat(64);

export const gold = (id: string, changes: Partial<GoldQuestion> = {}): GoldQuestion => ({
  id,
  question: `How long does ${id} last?`,
  answer: `${id} lasts seven days.`,
  answerable: true,
  chunks: null,
  quotes: [],
  expectedFiles: [],
  tags: [],
  mode: null,
  ...changes,
});

export const plan = (ids: readonly string[], changes: Partial<Plan> = {}): Plan => ({
  service: "docs",
  pair: { run: "run-2", config: "v1" },
  manifest: null,
  gold: { file: "gold.jsonl", sha256: HASH, cases: ids.length },
  sample: null,
  repeat: 1,
  repeated: [],
  stable: false,
  caseIds: [...ids],
  epoch: {
    id: HASH,
    judge: { asked: "judge", arn: "arn:judge", models: ["arn:judge"] },
    prompts: { extract: HASH, check: HASH },
    checking: "joint",
    claimsPerRequest: 20,
    labelsPerRequest: 60,
    sampling: { temperature: 0, topP: 1, topK: 1, seed: 42, maxTokens: 1024 },
  },
  ...changes,
});

export const reply = (answer: string): Reply => ({
  answer: {
    answer,
    citations: [{ chunk_id: "c1", document: "a.md" }],
    snapshot: [{ chunk_id: "c1", document: "a.md", text: answer, bm25_text: answer, score: 1, rank: 1 }],
    candidates: { before_clamp: 1, before_dedup: 1, after_dedup: 1 },
    context: [{ chunk_id: "c1", document: "a.md", text: answer, tokens: 5 }],
    timings: {
      retrieve_ms: 1,
      rerank_ms: null,
      generate_ms: 2,
      embedding_ms: null,
      first_text_ms: null,
      total_ms: 3,
    },
    tool_calls: [],
    prompt_audit: null,
    config_hash: HASH,
    run_id: "run-2",
    config_version: "v1",
    cache: "off",
    nonce: "n",
    trace_id: null,
  },
  latencyMs: 12.5,
  censored: false,
  reason: null,
  unshown: [],
});

export const noReply = (code: string): Reply => ({
  answer: null,
  latencyMs: 3,
  censored: true,
  reason: { code, sentence: "The RAG service could not be reached." },
  unshown: [],
});

export const verdict = (changes: Partial<CaseVerdict> = {}): CaseVerdict => ({
  outcome: "graded",
  reason: null,
  claims: { response: [["it", "lasts", "seven days"]], gold: [["it", "lasts", "seven days"]] },
  judgement: {
    answer2response: ["Entailment"],
    response2answer: ["Entailment"],
    retrieved2response: [["Entailment"]],
    retrieved2answer: [["Neutral"]],
  },
  metrics: { precision: 1, recall: 1, f1: 1 },
  refused: false,
  spent: { requests: 5, inputTokens: 900, outputTokens: 80 },
  ...changes,
});
