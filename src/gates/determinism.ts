import type { DeterministicSettings } from "#src/config/determinism";
import type { Gate, GateSubject } from "#src/gates/gate";
import {
  type AskService,
  type Doubt,
  doubt,
  inWords,
  pairDoubts,
  samplingDoubts,
  verdictOf,
} from "#src/gates/service-probe";
import type { ModelClient } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import type { Answer } from "#src/rag/service";
import { digestOf } from "#src/release/hash";

export type DeterminismGateDeps = {
  readonly settings: DeterministicSettings;
  readonly ask: AskService;
  /** Golive's own client as evaluations use it. */
  readonly evaluation: Pick<ModelClient, "converse">;
  /** Never the same twice. */
  readonly nonce: () => string;
};

/** A temperature that no evaluation may have: Golive's own client must refuse it before anything is sent. */
const SMUGGLED = 0.2;

/**
 * Deterministic evaluation, proven by what was sent and what came back: the service answers the same question twice at
 * temperature 0, with the fixed seed and no cache, and says so; and Golive's own client refuses anything else. What can't be
 * shown is inconclusive. How often the same answer comes back is measured and reported, not judged: greedy models repeat
 * themselves mostly, not always.
 */
export function createDeterminismGate({ settings, ask, evaluation, nonce }: DeterminismGateDeps): Gate {
  return {
    id: "determinism",
    title: "Deterministic evaluation",
    version: 1,
    timeoutMs: 15 * 60_000,
    thresholds: ({ rag_service }) => ({
      temperature: 0,
      seed: settings.RANDOM_SEED,
      cache: "off",
      question: rag_service.probe_question,
    }),
    check: async (subject, signal) => {
      const query = subject.service.rag_service.probe_question;
      const wish = { temperature: 0, seed: settings.RANDOM_SEED, disable_cache: true };
      const nonces = [nonce(), nonce()] as const;
      const first = await ask(subject, { query, nonce: nonces[0], eval: wish }, signal);
      const second = await ask(subject, { query, nonce: nonces[1], eval: wish }, signal);
      const refuses = await refusesSmuggling(evaluation, subject, settings, signal);
      const doubts: readonly Doubt[] = [
        ...(refuses
          ? []
          : [
              doubt.fail(
                "own-client:lets-through",
                "Golive's own client let a temperature of 0.2 through in an evaluation",
              ),
            ]),
        ...[first, second].flatMap((answer) => [
          ...pairDoubts(subject, answer),
          ...samplingDoubts(answer, settings.RANDOM_SEED),
        ]),
        ...cacheDoubts(first, second, nonces),
      ];
      const verdict = verdictOf(doubts);
      const same = first.answer === second.answer;
      const seed = second.prompt_audit?.seed ?? null;
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `Asked twice, the service answered at temperature 0${seed === "unsupported" ? " (its model takes no seed)" : ` with seed ${settings.RANDOM_SEED}`} and without a cache; the two answers ${same ? "are identical" : "differ in their words"}.`
            : `An evaluation could not be repeated: ${inWords(doubts)}.`,
        value: verdict === "pass" ? "temperature 0, no cache" : verdict === "fail" ? "not repeatable" : "not shown",
        bar: `temperature 0, seed ${settings.RANDOM_SEED}, cache off`,
        numbers: {
          temperature: second.prompt_audit?.temperature ?? null,
          seed,
          cache_first: first.cache,
          cache_second: second.cache,
          nonces_returned: first.nonce === nonces[0] && second.nonce === nonces[1],
          identical_answers: `${same ? 2 : 1} of 2`,
          own_client_refuses_0_2: refuses,
        },
        how: `POST /answer twice with eval {temperature: 0, seed: ${settings.RANDOM_SEED}, disable_cache: true} and two nonces; one request of Golive's own client at temperature ${SMUGGLED}`,
        next:
          verdict === "pass"
            ? ""
            : "Let the service honour `eval` in POST /answer and show in prompt_audit, cache and nonce what it did (docs/rag-service.md), then rerun this check.",
        inputs: digestOf({ pair: subject.candidate, settings, query }),
        findings: doubts.map(({ kind }) => kind),
      };
    },
  };
}

/**
 * No cache, shown by the trace or by the nonces. A stored answer that claims `miss` gives itself away by the first request's
 * nonce or trace.
 */
function cacheDoubts(first: Answer, second: Answer, nonces: readonly [string, string]): readonly Doubt[] {
  const hit = [first, second].some(({ cache }) => cache === "hit");
  if (hit) return [doubt.fail("cache:hit", "an answer came out of a cache although the cache was to be off")];
  const stored = second.nonce === nonces[0] || (second.trace_id !== null && second.trace_id === first.trace_id);
  if (stored) {
    return [doubt.fail("cache:stored-answer", "the second answer is the first one's, whatever its cache field says")];
  }
  const said = [first, second].every(({ cache }) => cache === "miss" || cache === "off");
  const echoed = first.nonce === nonces[0] && second.nonce === nonces[1];
  if (said || echoed) return [];
  return [
    doubt.unshown("cache:not-shown", "nothing shows that no cache answered: neither a cache field nor the nonce"),
  ];
}

async function refusesSmuggling(
  evaluation: DeterminismGateDeps["evaluation"],
  { service, frozenManifest }: GateSubject,
  settings: DeterministicSettings,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await evaluation.converse({
      model: service.models.judge_model,
      prompt: "This must never be sent.",
      priority: "go-live",
      signal,
      purpose: "gate determinism",
      sampling: {
        temperature: SMUGGLED,
        topP: 1,
        topK: 1,
        maxTokens: settings.MAX_TOKENS,
        seed: settings.RANDOM_SEED,
      },
      audit: { service: service.id, manifest: frozenManifest, fewShotIds: [], cot: settings.COT_ENABLED },
    });
    return false;
  } catch (error) {
    if (error instanceof ModelError && error.code === "sampling-refused") return true;
    throw error;
  }
}
