import { readCandidateBars, underBars } from "#src/gates/candidate-bars";
import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { askedModels, MODEL_ROLES, type ModelRole } from "#src/manifest/collect-models";
import type { CallAudit, ModelClient, Sampling } from "#src/models/model-call";
import { ModelError, type ModelErrorCode } from "#src/models/model-error";
import { digestOf } from "#src/release/hash";

export type ModelsGateDeps = {
  readonly models: Pick<ModelClient, "converse" | "embed" | "resolve">;
};

/** One token is enough to show that somebody answers. No evaluation: nothing is scored by it. */
const ONE_TOKEN: Sampling = { temperature: 0, topP: 1, maxTokens: 1 };
const PROBE = "Answer with one word: ready";

/** What says something about the model. Anything else (throttled, timed out) says only that it could not be asked. */
const FINDINGS: ReadonlySet<ModelErrorCode> = new Set<ModelErrorCode>([
  "unknown-model",
  "denied",
  "wrong-model",
  "wrong-dimension",
  "bad-output",
]);

type Asked = { readonly role: ModelRole; readonly model: string | null };
/** Null: it was not asked through the limit, or has no answer that could tell. */
type Effort = { readonly ms: number | null; readonly attempts: number | null; readonly timeouts: number | null };
type Answered = Asked & Effort & { readonly error: ModelError | null };

const NO_EFFORT: Effort = { ms: null, attempts: null, timeouts: null };

/**
 * Every model in the manifest answers: generation and judge one token, the embedder one vector of the right dimension, the
 * reranker by being found. Through the same shared limit as everything else.
 */
export function createModelsGate({ models }: ModelsGateDeps): Gate {
  return {
    id: "models",
    title: "Model availability",
    version: 2,
    // At 0.12 requests a second three calls take half a minute, behind others more.
    timeoutMs: 15 * 60_000,
    thresholds: ({ models: own, retrieval }) => ({
      unanswered: 0,
      judge: own.judge_model,
      embedding_dimension: retrieval.embedding_dimension,
    }),
    check: async (subject, signal) => {
      const { candidate, service, store } = subject;
      const { body } = await collectConfiguration(store, candidate.config, signal);
      const ids = askedModels(body, service.configuration_facts, service.models.judge_model);
      const roles = MODEL_ROLES.flatMap((role): Asked[] => {
        const model = ids[role];
        return model === undefined ? [] : [{ role, model }];
      });
      const bars = await readCandidateBars(subject, ["embedding_dimension"], signal);
      const dimension = bars.retrieval.embedding_dimension;
      const answers: Answered[] = [];
      for (const asked of roles) answers.push(await ask(models, subject, { ...asked, dimension }, signal));
      // Found wanting outweighs could not be asked; but a model that nobody could ask is never one that answered.
      const unasked = answers.find(({ error }) => error !== null && !FINDINGS.has(error.code));
      if (unasked?.error && !answers.some(isFinding)) throw unasked.error;
      return underBars(bars, judge(answers));
    },
  };
}

async function ask(
  models: ModelsGateDeps["models"],
  subject: GateSubject,
  { role, model, dimension }: Asked & { readonly dimension: number },
  signal: AbortSignal,
): Promise<Answered> {
  if (model === null) return { role, model, ...NO_EFFORT, error: null };
  const { service, release, frozenManifest, priority = "go-live" } = subject;
  const audit: CallAudit = {
    service: service.id,
    manifest: frozenManifest,
    fewShotIds: [],
    cot: false,
    ...(release === undefined ? {} : { release }),
  };
  const call = { model, priority, signal, purpose: "gate models", audit } as const;
  try {
    switch (role) {
      case "embedding": {
        const { timings, attempts, timeouts } = await models.embed({
          ...call,
          text: PROBE,
          dimension,
        });
        return { role, model, ms: timings.callMs, attempts, timeouts, error: null };
      }
      case "rerank":
        // Reranking has an interface of its own that answers no prompt; that the account has the model is what can be asked.
        await models.resolve(model, signal);
        return { role, model, ...NO_EFFORT, error: null };
      default: {
        const { timings, attempts, timeouts } = await models.converse({ ...call, prompt: PROBE, sampling: ONE_TOKEN });
        return { role, model, ms: timings.callMs, attempts, timeouts, error: null };
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ModelError) return { role, model, ...NO_EFFORT, error };
    throw error;
  }
}

/** An answer at the second try is an answer; that a try was cut before is told. */
function inWords({ role, ms, attempts, timeouts }: Answered): string {
  const tries = attempts === null || attempts < 2 ? "" : ` at try ${attempts} (${timeouts ?? 0} timed out)`;
  return `${role}${ms === null ? "" : ` in ${Math.round(ms)} ms`}${tries}`;
}

const isFinding = ({ model, error }: Answered): boolean =>
  model === null || (error !== null && FINDINGS.has(error.code));

function judge(answers: readonly Answered[]): GateFinding {
  const bad = answers.filter(({ model, error }) => model === null || error !== null);
  const good = answers.length - bad.length;
  const words = bad.map(({ role, error }) => `${role}: ${error === null ? "no model is named" : error.message}`);
  return {
    verdict: bad.length === 0 ? "pass" : "fail",
    summary:
      bad.length === 0
        ? `All ${answers.length} models answer: ${answers.map(inWords).join(", ")}.`
        : `${bad.length} of ${answers.length} models don't answer as they should. ${words.join(" ")}`,
    value: `${good} of ${answers.length} answer`,
    bar: `${answers.length} of ${answers.length}`,
    numbers: Object.fromEntries(
      answers.flatMap(({ role, model, ms, attempts, timeouts, error }) => [
        [role, model],
        [`${role}_ms`, ms === null ? null : Math.round(ms)],
        [`${role}_attempts`, attempts],
        [`${role}_timeouts`, timeouts],
        ...(error === null ? [] : [[`${role}_error`, error.code]]),
      ]),
    ),
    how: "one token of each text model, one vector of the embedder, each through the shared limit; GetFoundationModel for a reranker",
    next:
      bad.length === 0
        ? ""
        : "Correct the model ids in the configuration version (or judge_model in golive.yaml) or the account's access to them, then rerun this check.",
    inputs: digestOf(answers.map(({ role, model }) => ({ role, model }))),
    findings: bad.map(({ role, model, error }) => `${role}:${model ?? "unnamed"}:${error?.code ?? "unnamed"}`),
  };
}
