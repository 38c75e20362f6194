import type { Baseline } from "#src/evaluation/baseline/baselines";
import type { Margins } from "#src/evaluation/compare/standings";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { GateSubject } from "#src/gates/gate";
import { NO_TIMINGS } from "#src/gates/self-test/outside";
import type { Pair } from "#src/release/events";

const HASH = "0".repeat(64);
const CHUNK = { chunk_id: "c1", document: "handbook", text: "It has forty sections." };

/** What one kind of evaluation scores: `right` of every answer, 0 to 1; `failed`: so many cases got none. */
export type Kind = { readonly cases: number; readonly right: number; readonly failed?: number };

/** A finished evaluation of a pair, as the store has it, in which every answered case scores the same. */
function evaluation(
  id: string,
  { id: service, models }: GateSubject["service"],
  pair: Pair,
  kind: Kind,
  endedAt: number,
) {
  const { cases, right, failed = 0 } = kind;
  const ids = Array.from({ length: cases }, (_, index) => `q${index}`);
  const graded = cases - failed;
  const record: RunRecord = {
    id,
    state: "finished",
    reason: null,
    counts: { planned: cases, answered: graded, graded, refusals: 0, ungraded: 0, failed },
    startedAt: endedAt,
    endedAt,
    plan: {
      service,
      pair,
      manifest: null,
      gold: { file: "self-test", sha256: HASH, cases },
      sample: null,
      repeat: 1,
      repeated: [],
      stable: false,
      caseIds: ids,
      epoch: {
        id: HASH,
        judge: { asked: models.judge_model, arn: "self-test", models: ["self-test"] },
        prompts: { extract: HASH, check: HASH },
        checking: "joint",
        claimsPerRequest: 20,
        labelsPerRequest: 20,
        sampling: { temperature: 0, topP: 1, topK: 1, seed: 42, maxTokens: 256 },
      },
    },
  };
  const trials = ids.map((gold, place) => trial(id, gold, place, pair, place < failed ? null : right));
  return { record, trials };
}

function trial(run: string, id: string, place: number, pair: Pair, right: number | null): CaseRecord {
  const label = right !== null && right > 0 ? "Entailment" : "Neutral";
  const scored = right === null ? null : { precision: right, recall: right, f1: right, faithfulness: right };
  return {
    run,
    place,
    repeat: 0,
    gold: {
      id,
      question: `Question ${id}?`,
      answer: CHUNK.text,
      answerable: true,
      chunks: null,
      quotes: [],
      // The one document of the scratch world.
      expectedFiles: [CHUNK.document],
      tags: [],
      mode: null,
    },
    reply: {
      answer: right === null ? null : answerOf(pair),
      // All different, as times are: a percentile of equal ones is no bar.
      latencyMs: 1_000 + place,
      censored: right === null,
      reason: right === null ? { code: "timeout", sentence: "It did not answer." } : null,
      unshown: [],
    },
    verdict: {
      outcome: right === null ? "failed" : "graded",
      reason: null,
      claims: null,
      judgement:
        right === null
          ? null
          : {
              answer2response: [label],
              response2answer: [label],
              retrieved2response: [[label]],
              retrieved2answer: [[label]],
            },
      metrics: scored,
      refused: right === null ? null : false,
      spent: { requests: 0, inputTokens: 0, outputTokens: 0 },
    },
  };
}

function answerOf({ run, config }: Pair): NonNullable<CaseRecord["reply"]>["answer"] {
  return {
    answer: CHUNK.text,
    citations: [],
    snapshot: [{ ...CHUNK, bm25_text: CHUNK.text, score: 1, rank: 1 }],
    candidates: { before_clamp: 1, before_dedup: 1, after_dedup: 1 },
    context: [{ ...CHUNK, tokens: 5 }],
    timings: NO_TIMINGS,
    tool_calls: [],
    prompt_audit: null,
    config_hash: null,
    run_id: run,
    config_version: config,
    cache: "off",
    nonce: null,
    trace_id: null,
  };
}

const DAY_MS = 86_400_000;
const MARGINS: Margins = {
  measures: {
    oracle_retrieval_hit_prefilter: { threshold: 0, tolerance: 0.03 },
    reader_used_gold: { threshold: 0, tolerance: 0.03 },
    f1: { threshold: 0, tolerance: 0.02 },
    precision: { threshold: 0.02, tolerance: 0.04 },
  },
  latency: { threshold: 1.15, tolerance: 1.25 },
};

/** A store that holds an evaluation of the candidate, and one of what is live, which is the baseline. */
export function storedEvaluations(
  { service, candidate, active, machineNow }: GateSubject,
  of: { candidate: Kind; live: Kind },
) {
  const made = [
    evaluation("ev_self_test_candidate", service, candidate, of.candidate, machineNow()),
    ...(active === null ? [] : [evaluation("ev_self_test_live", service, active, of.live, machineNow())]),
  ];
  const evaluations: EvaluationStore = {
    runs: async () => made.map(({ record }) => record),
    run: async (id) => made.find(({ record }) => record.id === id)?.record ?? null,
    async *cases(id) {
      yield* made.find(({ record }) => record.id === id)?.trials ?? [];
    },
  };
  const baseline: Baseline = {
    id: 1,
    service: service.id,
    epoch: HASH,
    run: "ev_self_test_live",
    reason: "self-test",
    by: { id: "golive", name: "Golive", via: null },
    regradedFrom: null,
    at: machineNow(),
  };
  return {
    evaluations,
    baselines: { current: async () => baseline },
    goldOf: async () => HASH,
    freshForMs: () => DAY_MS,
    now: machineNow,
    margins: MARGINS,
  };
}
