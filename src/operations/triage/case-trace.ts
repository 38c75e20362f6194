import type { Conforms } from "#src/evaluation/oracle/tool-governance";
import { toolGovernance } from "#src/evaluation/oracle/tool-governance";
import { type CaseOracle, caseOracle } from "#src/evaluation/run/case-oracle";
import type { CaseRecord, Reply } from "#src/evaluation/run/case-record";

type Answer = NonNullable<Reply["answer"]>;

/** Milliseconds by step; null: the service doesn't show it. `elsewhere`: in the service, in no step that it names. */
export type Steps = {
  readonly embedding: number | null;
  readonly search: number | null;
  readonly rerank: number | null;
  readonly generation: number | null;
  readonly elsewhere: number | null;
  /** From Golive to the service and back: what was measured here less what the service says that it took. */
  readonly onTheWay: number | null;
};

/** What the first trace of a case shows, without its texts but the answer's. */
export type CaseTrace = {
  readonly id: string;
  readonly oracle: CaseOracle;
  /** Null: there is no answer. */
  readonly answer: string | null;
  /** Null: nobody looked. */
  readonly refused: boolean | null;
  readonly chunks: { readonly found: number; readonly given: number } | null;
  /** Ids of what the reader got, in order, as one text: equal contexts have equal ones. */
  readonly context: string | null;
  readonly candidates: {
    readonly beforeClamp: number;
    readonly beforeDedup: number;
    readonly afterDedup: number;
  } | null;
  readonly steps: Steps | null;
  readonly calls: number;
  /** Calls that a tool needed more than one try for. */
  readonly retried: number;
  /** Calls whose arguments don't conform to a declared schema. */
  readonly nonconforming: number;
  readonly toolBreaches: readonly string[];
  /** Retrieved chunks whose search text begins with the ingestion prefix. */
  readonly prefixed: number;
  /** Tokens of the context above its budget; 0 within it. */
  readonly overBudget: number;
  readonly audited: boolean;
  readonly madeWith: { readonly fewShot: string | null; readonly model: string | null; readonly config: string | null };
};

/** What traces are held against. `prefix` null: it can't be read here. */
export type TraceRules = {
  readonly prefix: RegExp | null;
  readonly contextBudget: number;
  readonly conforms: Conforms;
};

/** `run`: the ingestion run that answered. */
export function traceCase(record: CaseRecord, run: string, rules: TraceRules): CaseTrace {
  const { gold, reply, verdict } = record;
  const answer = reply?.answer ?? null;
  const seen = { id: gold.id, oracle: caseOracle(record, run), refused: verdict?.refused ?? null };
  if (answer === null) return { ...seen, ...NOTHING };
  const { snapshot, context, tool_calls: calls, candidates, prompt_audit: audit } = answer;
  const tokens = context.reduce((sum, chunk) => sum + chunk.tokens, 0);
  const { prefix } = rules;
  const tools = toolGovernance([{ traceId: gold.id, calls }], rules.conforms);
  return {
    ...seen,
    answer: answer.answer,
    chunks: { found: snapshot.length, given: context.length },
    context: JSON.stringify(context.map(({ chunk_id }) => chunk_id)),
    candidates: {
      beforeClamp: candidates.before_clamp,
      beforeDedup: candidates.before_dedup,
      afterDedup: candidates.after_dedup,
    },
    steps: stepsOf(answer, reply?.latencyMs ?? null),
    calls: calls.length,
    retried: calls.filter(({ retries }) => (retries ?? 0) > 0).length,
    nonconforming: Math.round(tools.calls * (1 - (tools.conforming ?? 1))),
    toolBreaches: tools.breaches.map(({ tool, why }) => `${tool}: ${why}`),
    prefixed: prefix === null ? 0 : snapshot.filter(({ bm25_text }) => bm25_text.search(prefix) >= 0).length,
    overBudget: Math.max(0, tokens - rules.contextBudget),
    audited: audit !== null && (audit.prompt_sha256 !== null || audit.prompt !== null),
    madeWith: {
      fewShot: audit?.few_shot_ids == null ? null : JSON.stringify([...audit.few_shot_ids].sort()),
      model: audit?.model ?? null,
      config: answer.config_hash,
    },
  };
}

const NOTHING = {
  answer: null,
  chunks: null,
  context: null,
  candidates: null,
  steps: null,
  calls: 0,
  retried: 0,
  nonconforming: 0,
  toolBreaches: [],
  prefixed: 0,
  overBudget: 0,
  audited: false,
  madeWith: { fewShot: null, model: null, config: null },
} as const;

/** Null where the service shows no step at all. */
function stepsOf({ timings }: Answer, latencyMs: number | null): Steps | null {
  const { embedding_ms: embedding, retrieve_ms: retrieve, rerank_ms: rerank, generate_ms: generation } = timings;
  const { total_ms: total } = timings;
  if ([embedding, retrieve, rerank, generation, total].every((each) => each === null)) return null;
  const named = [retrieve, rerank, generation].reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return {
    embedding,
    // Embedding the question is part of retrieving (docs/rag-service.md).
    search: retrieve === null ? null : Math.max(0, retrieve - (embedding ?? 0)),
    rerank,
    generation,
    elsewhere: total === null ? null : Math.max(0, total - named),
    onTheWay: total === null || latencyMs === null ? null : Math.max(0, latencyMs - total),
  };
}
