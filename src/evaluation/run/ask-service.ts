import type { GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import { isStepFailure, stopsTheRun, withPatience } from "#src/evaluation/run/patience";
import type { Plan } from "#src/evaluation/run/run-record";
import { notHeld } from "#src/gates/prompt-holds";
import { type Doubt, pairDoubts, samplingDoubts } from "#src/gates/service-probe";
import type { ModelLimiter } from "#src/models/limiter";
import type { MachineClock } from "#src/models/machine-clock";
import type { Priority } from "#src/models/model-call";
import type { Answer, RagService } from "#src/rag/service";

export type AskServiceDeps = {
  readonly service: Pick<RagService, "answer">;
  readonly limiter: Pick<ModelLimiter, "run">;
  /** What one answer takes from the shared rate. */
  readonly callsPerAnswer: number;
  readonly priority: Priority;
  readonly clock: MachineClock;
  /** Milliseconds between tries; as patient as an evaluation where left out. Empty: what fails once has failed. */
  readonly waits?: readonly number[];
  /** Never the same twice. */
  readonly nonce: () => string;
};

/**
 * Asks the governed service one question, as an evaluation has to be asked, and measures it. A failure, after all tries, is a reply
 * without an answer; so is an answer that contradicts what was asked for (another pair, another temperature, a cache). Throws
 * what stops the run.
 */
export async function askService(
  deps: AskServiceDeps,
  { pair, epoch }: Pick<Plan, "pair" | "epoch">,
  gold: GoldQuestion,
  signal: AbortSignal,
): Promise<Reply> {
  const { service, limiter, callsPerAnswer: calls, priority, clock } = deps;
  const { seed } = epoch.sampling;
  let latencyMs = 0;
  let failures = 0;
  const once = (nonce: string) =>
    limiter.run({ priority, calls, signal }, async (held) => {
      const sent = clock.now();
      try {
        const wish = { temperature: 0, seed, disable_cache: true };
        return await service.answer({ query: gold.question, pair, nonce, eval: wish }, held);
      } finally {
        latencyMs = clock.now() - sent;
      }
    });
  const nothing = (code: string, sentence: string): Reply => ({
    answer: null,
    latencyMs,
    censored: true,
    reason: { code, sentence },
    unshown: [],
  });
  try {
    let nonce = "";
    const answer = await withPatience(
      { clock, signal, ...(deps.waits === undefined ? {} : { waits: deps.waits }) },
      () => {
        nonce = deps.nonce();
        return once(nonce);
      },
      () => {
        failures += 1;
      },
    );
    const doubts = [
      ...pairDoubts({ candidate: pair }, answer),
      ...samplingDoubts(answer, seed),
      ...cacheDoubts(answer, nonce),
      ...questionDoubts(answer, gold.question),
    ];
    const wrong = doubts.find(({ verdict }) => verdict === "fail");
    if (wrong !== undefined) return nothing("not-as-asked", `This is no answer to what was asked: ${wrong.words}.`);
    // Whoever asked without our patience got an error: the time to an answer is not known to be this short.
    return { answer, latencyMs, censored: failures > 0, reason: null, unshown: doubts.map(({ kind }) => kind) };
  } catch (error) {
    if (!isStepFailure(error) || stopsTheRun(error)) throw error;
    return nothing(error.code, error.message);
  }
}

/**
 * The question goes out as the gold file has it, to the letter, and the nonce beside it: a nonce within the question would change what is
 * retrieved and measured. A shown prompt without the question belongs to another one, whatever nonce is stamped on its answer.
 */
function questionDoubts({ prompt_audit: audit }: Answer, question: string): readonly Doubt[] {
  const prompt = audit?.prompt ?? null;
  if (prompt === null || notHeld(prompt, [question]).length === 0) return [];
  return [{ verdict: "fail", kind: "cache:other-question", words: "its prompt does not hold the question" }];
}

/** That no cache answered, as one answer can show it: by its cache field, or by a nonce that no earlier request carried. */
function cacheDoubts({ cache, nonce }: Answer, sent: string): readonly Doubt[] {
  if (cache === "hit") return [{ verdict: "fail", kind: "cache:hit", words: "it came out of a cache" }];
  if (nonce !== null && nonce !== sent) {
    return [{ verdict: "fail", kind: "cache:stored-answer", words: "it carries the nonce of another request" }];
  }
  if (cache !== null || nonce === sent) return [];
  return [{ verdict: "inconclusive", kind: "cache:not-shown", words: "nothing shows that no cache answered" }];
}
