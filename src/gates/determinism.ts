import type { DeterministicSettings } from "#src/config/determinism";
import type { ServiceConfig } from "#src/config/service-config";
import { type Asked, cacheDoubts, withNonce } from "#src/gates/cache-doubts";
import type { Gate, GateSubject } from "#src/gates/gate";
import { chooseSample, countIdentical, sampleSize } from "#src/gates/repeat-sample";
import {
  type AskService,
  type Doubt,
  doubt,
  emptyDoubts,
  inWords,
  pairDoubts,
  samplingDoubts,
  verdictOf,
} from "#src/gates/service-probe";
import type { ModelClient } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import { digestOf } from "#src/release/hash";

export type DeterminismGateDeps = {
  readonly settings: DeterministicSettings;
  readonly ask: AskService;
  /** Questions of the service's gold file, in a fixed order; none where it can't be read. */
  readonly goldQuestions: (service: ServiceConfig, most: number, signal: AbortSignal) => Promise<readonly string[]>;
  /** Golive's own client as evaluations use it. */
  readonly evaluation: Pick<ModelClient, "converse">;
  /** Never the same twice. */
  readonly nonce: () => string;
};

/** A temperature that no evaluation may have: Golive's own client must refuse it before anything is sent. */
const SMUGGLED = 0.2;
/** Answers to questions that no cache can have seen. */
const PROBES = 2;

/**
 * Deterministic evaluation, proven by what was sent and what came back: the service answers at temperature 0, with the fixed
 * seed and no cache, says so, and shows prompts that hold what was asked; and Golive's own client refuses anything else. What
 * can't be shown is inconclusive. How often the same answer comes back is measured over a sample and reported, not judged:
 * greedy models repeat themselves mostly, not always.
 */
export function createDeterminismGate(deps: DeterminismGateDeps): Gate {
  const { settings, ask, goldQuestions, evaluation, nonce } = deps;
  const wish = { temperature: 0, seed: settings.RANDOM_SEED, disable_cache: true };
  const sizeFor = ({ rag_service }: ServiceConfig) => sampleSize(rag_service.model_calls_per_answer, PROBES);
  return {
    id: "determinism",
    title: "Deterministic evaluation",
    version: 2,
    timeoutMs: 15 * 60_000,
    thresholds: (service) => ({
      temperature: 0,
      seed: settings.RANDOM_SEED,
      cache: "off",
      question: service.rag_service.probe_question,
      questions: sizeFor(service).questions,
      repeats: sizeFor(service).repeats,
    }),
    check: async (subject, signal) => {
      const probe = subject.service.rag_service.probe_question;
      const size = sizeFor(subject.service);
      const sample = chooseSample(probe, await goldQuestions(subject.service, size.questions, signal), size);
      const asked = async (question: string, inText: boolean): Promise<Asked> => {
        const own = nonce();
        const query = inText ? withNonce(question, own) : question;
        return { nonce: own, inText, answer: await ask(subject, { query, nonce: own, eval: wish }, signal) };
      };
      const probes: Asked[] = [];
      while (probes.length < PROBES) probes.push(await asked(probe, true));
      const repeated: Asked[][] = [];
      for (const question of sample.questions) {
        const answers: Asked[] = [];
        while (answers.length < sample.repeats) answers.push(await asked(question, false));
        repeated.push(answers);
      }
      const all = [...probes, ...repeated.flat()];
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
        ...all.flatMap(({ answer }) => [
          ...pairDoubts(subject, answer),
          ...samplingDoubts(answer, settings.RANDOM_SEED),
        ]),
        ...probes.flatMap(({ answer }) => emptyDoubts(answer)),
        ...cacheDoubts(all),
      ];
      const verdict = verdictOf(doubts);
      const { identical, of } = countIdentical(repeated.map((each) => each.map(({ answer }) => answer.answer)));
      const seed = all.at(-1)?.answer.prompt_audit?.seed ?? null;
      const many = sample.questions.length === 1 ? "1 question" : `${sample.questions.length} questions`;
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `The service answered at temperature 0${seed === "unsupported" ? " (its model takes no seed)" : ` with seed ${settings.RANDOM_SEED}`} and without a cache, shown by nonces in its prompts; ${many} asked ${sample.repeats} times each: ${identical} of ${of} repeats gave the same answer again, word for word.`
            : `An evaluation could not be repeated: ${inWords(doubts)}.`,
        value:
          verdict === "pass"
            ? `temperature 0, no cache, ${identical} of ${of} repeats identical`
            : verdict === "fail"
              ? "not repeatable"
              : "not shown",
        bar: `temperature 0, seed ${settings.RANDOM_SEED}, cache off`,
        numbers: {
          temperature: all.at(-1)?.answer.prompt_audit?.temperature ?? null,
          seed,
          cache_said: [...new Set(all.map(({ answer }) => answer.cache ?? "not shown"))].sort().join(" "),
          nonces_returned: all.every((each) => each.answer.nonce === each.nonce),
          questions: sample.questions.length,
          repeats_each: sample.repeats,
          identical_repeats: identical,
          repeats_compared: of,
          identical_share: of === 0 ? null : identical / of,
          own_client_refuses_0_2: refuses,
        },
        how: `POST /answer with eval {temperature: 0, seed: ${settings.RANDOM_SEED}, disable_cache: true}: ${PROBES} times with a nonce in the question's text, looked for in the audited prompt; then ${many}, ${sample.repeats} times each; one request of Golive's own client at temperature ${SMUGGLED}`,
        next:
          verdict === "pass"
            ? ""
            : "Let the service honour `eval` in POST /answer and show in prompt_audit (with the prompt's text), cache and nonce what it did (docs/rag-service.md), then rerun this check.",
        inputs: digestOf({ pair: subject.candidate, settings, sample }),
        findings: doubts.map(({ kind }) => kind),
      };
    },
  };
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
