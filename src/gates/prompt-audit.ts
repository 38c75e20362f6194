import type { DeterministicSettings } from "#src/config/determinism";
import { fewShotDoubts } from "#src/gates/few-shot-doubts";
import type { Gate, GateSubject } from "#src/gates/gate";
import { notHeld } from "#src/gates/prompt-holds";
import {
  type AskService,
  type Doubt,
  doubt,
  emptyDoubts,
  inWords,
  pairDoubts,
  promptHashDoubts,
  verdictOf,
} from "#src/gates/service-probe";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { type FactName, readConfigurationFacts } from "#src/manifest/configuration-facts";
import { sameModel } from "#src/models/same-model";
import type { Answer } from "#src/rag/service";
import { digestOf } from "#src/release/hash";

export type PromptAuditGateDeps = {
  readonly settings: DeterministicSettings;
  readonly ask: AskService;
  readonly nonce: () => string;
};

/** What the configuration that was reviewed says about the prompt. */
type Reviewed = {
  readonly configHash: string | null;
  readonly model: string | null;
  readonly cot: boolean | null;
  readonly fewShotIds: readonly string[];
  /** Whether each question gets examples of its own out of `fewShotIds`, or all of them. */
  readonly fewShotSelection: "fixed" | "per-question";
};

/**
 * Prompt audit on, prompt hash validated, chain-of-thought flag audited: an answer shows what was really sent to the model,
 * and it is what the reviewed configuration says. The hash is computed anew from the prompt's text.
 */
export function createPromptAuditGate({ settings, ask, nonce }: PromptAuditGateDeps): Gate {
  return {
    id: "prompt-audit",
    title: "Prompt audit",
    version: 2,
    timeoutMs: 10 * 60_000,
    thresholds: ({ rag_service }) => ({
      prompt_hash: "equal to the text's",
      prompt: "holds the question and the context",
      few_shot_ids: "those of the configuration",
      cot: settings.COT_ENABLED,
      question: rag_service.probe_question,
    }),
    check: async (subject, signal) => {
      const query = subject.service.rag_service.probe_question;
      const reviewed = await readReviewed(subject, signal);
      const answer = await ask(
        subject,
        { query, nonce: nonce(), eval: { temperature: 0, seed: settings.RANDOM_SEED, disable_cache: true } },
        signal,
      );
      const doubts = [
        ...pairDoubts(subject, answer),
        ...emptyDoubts(answer),
        ...auditDoubts(query, answer, reviewed, settings),
      ];
      const verdict = verdictOf(doubts);
      const audit = answer.prompt_audit;
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `An answer shows its prompt (${audit?.prompt_sha256?.slice(0, 12)}, hash computed anew, question and context in it), model, ${audit?.few_shot_ids?.length ?? 0} few-shot ids and the chain-of-thought flag (${audit?.cot === true ? "on" : "off"}), all as configured.`
            : `What was sent to the model is not shown as it should be: ${inWords(doubts)}.`,
        value: verdict === "pass" ? "shown and equal" : verdict === "fail" ? "contradicted" : "not shown",
        bar: "shown, and equal to the configuration",
        numbers: {
          prompt_sha256: audit?.prompt_sha256 ?? null,
          model: audit?.model ?? null,
          chain_of_thought: audit?.cot ?? null,
          few_shot_ids: audit?.few_shot_ids?.join(" ") ?? null,
          input_tokens: audit?.input_tokens ?? null,
          output_tokens: audit?.output_tokens ?? null,
          config_hash: answer.config_hash,
          config_hash_reviewed: reviewed.configHash,
        },
        how: "POST /answer once with `eval`; prompt_audit held against the candidate's configuration version; SHA-256 of the prompt computed anew, the question and every passage of the context looked for in it",
        next:
          verdict === "pass"
            ? ""
            : "Let POST /answer return in prompt_audit what was really sent when `eval` is set, the prompt's text included (docs/rag-service.md), then rerun this check.",
        inputs: digestOf({ pair: subject.candidate, reviewed, settings }),
        findings: doubts.map(({ kind }) => kind),
      };
    },
  };
}

async function readReviewed({ candidate, service, store }: GateSubject, signal: AbortSignal): Promise<Reviewed> {
  const { sha256: configHash, body } = await collectConfiguration(store, candidate.config, signal);
  const { facts } = readConfigurationFacts(body, service.configuration_facts);
  const value = (name: FactName) => facts.find((fact) => fact.name === name)?.value;
  const [model, cot, ids] = [value("generation_model"), value("chain_of_thought"), value("few_shot_ids")];
  const selection = value("few_shot_selection");
  return {
    configHash,
    model: typeof model === "string" ? model : null,
    cot: typeof cot === "boolean" ? cot : null,
    fewShotIds: Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [],
    fewShotSelection: selection === "per-question" ? selection : "fixed",
  };
}

function auditDoubts(
  query: string,
  answer: Answer,
  reviewed: Reviewed,
  settings: DeterministicSettings,
): readonly Doubt[] {
  const { prompt_audit: audit } = answer;
  if (audit === null) return [doubt.unshown("prompt_audit:not-shown", "the answer carries no prompt_audit")];
  return [
    ...promptHashDoubts(audit),
    ...contentDoubts(query, answer, audit.prompt),
    ...modelDoubts(audit.model, reviewed.model),
    ...equal("cot", "the chain-of-thought flag", audit.cot, reviewed.cot),
    ...(audit.cot !== null && audit.cot !== settings.COT_ENABLED
      ? [doubt.fail("cot:against-env", "the chain-of-thought flag is not COT_ENABLED of deterministic_evaluation.env")]
      : []),
    ...fewShotDoubts(audit.few_shot_ids, reviewed),
    ...(audit.input_tokens === null || audit.output_tokens === null
      ? [doubt.unshown("tokens:not-shown", "its tokens are not shown")]
      : []),
    ...equal("config_hash", "CONFIG_HASH", answer.config_hash, reviewed.configHash),
  ];
}

/** The prompt that is shown is the one of this question: a prompt of two letters has a right hash too. */
function contentDoubts(query: string, { context }: Answer, prompt: string | null): readonly Doubt[] {
  if (prompt === null) return [];
  const missing = notHeld(
    prompt,
    context.map(({ text }) => text),
  ).length;
  return [
    ...(notHeld(prompt, [query]).length > 0
      ? [doubt.fail("prompt:without-question", "the prompt that is shown does not hold the question")]
      : []),
    ...(missing > 0
      ? [
          doubt.fail(
            "prompt:without-context",
            `the prompt that is shown lacks ${missing} of the ${context.length} passages that the answer names as its context`,
          ),
        ]
      : []),
  ];
}

/** Vendors answer with shorter names than the id that is asked: what both say has to agree. */
function modelDoubts(shown: string | null, reviewed: string | null): readonly Doubt[] {
  return shown !== null && reviewed !== null && sameModel(reviewed, shown)
    ? []
    : equal("model", "the model", shown, reviewed);
}

function equal<T extends string | boolean>(
  kind: string,
  what: string,
  shown: T | null,
  reviewed: T | null,
): readonly Doubt[] {
  if (shown === null) return [doubt.unshown(`${kind}:not-shown`, `${what} is not shown`)];
  if (shown === reviewed) return [];
  return [doubt.fail(`${kind}:other`, `${what} is ${String(shown)}, the configuration says ${String(reviewed)}`)];
}
