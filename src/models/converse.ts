import {
  type ContentBlock,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  type Message as SdkMessage,
} from "@aws-sdk/client-bedrock-runtime";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { AttemptTimes, Calls, Findings, ModelClientDeps } from "#src/models/calls";
import { holdToDeterminism, holdWireTo } from "#src/models/enforce-determinism";
import type { ConverseAnswer, ConverseRequest, ExtractRequest } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import { type Heard, readStream } from "#src/models/read-stream";
import { isOpaque, sameModel } from "#src/models/same-model";
import { samplingFields } from "#src/models/sampling-fields";
import { parseOutput, repairTurns } from "#src/models/structured-output";

/** The request's prompt part, which is hashed as it is sent. */
export type Prompt = Pick<ConverseStreamCommandInput, "system" | "toolConfig"> & { readonly messages: SdkMessage[] };

/** Throws `invalid-request` for text that no wire carries unchanged. */
export function promptOf({ model, system, prompt }: ConverseRequest): Prompt {
  const turns = typeof prompt === "string" ? [{ role: "user" as const, text: prompt }] : prompt;
  for (const text of [system ?? "", ...turns.map((turn) => turn.text)]) {
    if (text.isWellFormed()) continue;
    throw new ModelError("invalid-request", `The prompt for ${model} holds half of a character (a lone surrogate).`);
  }
  return {
    ...(system === undefined ? {} : { system: [{ text: system }] }),
    messages: turns.map(({ role, text }) => ({ role, content: [{ text } satisfies ContentBlock] })),
  };
}

/** SHA-256 of the RFC 8785 form of system, messages and tools, as they are sent. */
export const hashPrompt = ({ system, messages, toolConfig }: Prompt): string =>
  sha256(canonicalJson({ system: system ?? [], messages, toolConfig: toolConfig ?? null }));

/** The models behind an id that doesn't name one. */
type ModelsOf = (model: string, signal: AbortSignal) => Promise<readonly string[]>;

type Conversation = {
  /** One answer, retries included. */
  ask(prompt: Prompt): Promise<{ heard: Heard; times: AttemptTimes }>;
  finish(heard: Heard, times: AttemptTimes): Omit<ConverseAnswer, "auditId" | "promptSha256">;
};

/** What a request's prompts are sent with: the same model and the same sampling for each of them. */
export function converseWith(
  deps: ModelClientDeps,
  request: ConverseRequest,
  calls: Calls,
  findings: Findings,
  modelsOf: ModelsOf,
): Conversation {
  const { model, signal } = request;
  // As asked, until it is as sent: a refusal's row shows what was refused.
  findings.sampling = samplingFields(model, request.sampling).sent;
  const { determinism } = deps;
  const sampling =
    determinism === null ? request.sampling : holdToDeterminism(determinism, request.sampling, request.audit);
  const { sent, ...fields } = samplingFields(model, sampling);
  findings.sampling = sent;

  return {
    ask: async (prompt) => {
      const input: ConverseStreamCommandInput = {
        modelId: model,
        ...prompt,
        ...fields,
        additionalModelResponseFieldPaths: ["/model"],
      };
      const { answer: heard, times } = await calls.send(async (abortSignal, begun) => {
        const command = new ConverseStreamCommand(input);
        if (determinism !== null) {
          const check = holdWireTo(determinism);
          command.middlewareStack.add(check, { step: "finalizeRequest", priority: "low", name: "holdToDeterminism" });
        }
        const { stream } = await deps.bedrock.runtime.send(command, { abortSignal });
        if (stream === undefined) throw new ModelError("truncated", `${model} answered without a stream.`);
        return readStream(stream, model, begun);
      });
      const { inputTokens, outputTokens } = findings.usage;
      findings.usage = {
        inputTokens: (inputTokens ?? 0) + heard.usage.inputTokens,
        outputTokens: (outputTokens ?? 0) + heard.usage.outputTokens,
      };
      findings.modelAnswered = heard.modelAnswered;
      await requireSameModel(model, heard.modelAnswered, () => modelsOf(model, signal));
      return { heard, times };
    },
    finish: ({ text, modelAnswered, stopReason }, times) => ({
      text,
      modelAnswered,
      stopReason,
      usage: { inputTokens: findings.usage.inputTokens ?? 0, outputTokens: findings.usage.outputTokens ?? 0 },
      attempts: calls.attempts(),
      timeouts: calls.timeouts(),
      timings: { ...times, totalMs: calls.elapsedMs() },
    }),
  };
}

/** The shape's value out of the first answer, or of the one repair try. */
export async function askForShape<T>(
  { model, output }: ExtractRequest<T>,
  prompt: Prompt,
  conversation: Conversation,
): Promise<{ heard: Heard; times: AttemptTimes; parsed: T }> {
  const first = await conversation.ask(prompt);
  const parsed = parseOutput(output, first.heard);
  if (parsed.ok) return { ...first, parsed: parsed.value };
  // The same limit would cut it again.
  const repairable = first.heard.stopReason !== "max_tokens";
  if (repairable) {
    const messages = [...prompt.messages, ...repairTurns(output.name, first.heard, parsed.problem)];
    const second = await conversation.ask({ ...prompt, messages });
    const repaired = parseOutput(output, second.heard);
    if (repaired.ok) return { ...second, parsed: repaired.value };
  }
  const what = repairable ? `twice not as ${output.name}` : `not as a whole ${output.name}`;
  throw new ModelError("bad-output", `${model} answered ${what}: ${parsed.problem}.`);
}

async function requireSameModel(
  asked: string,
  answered: string | null,
  modelsBehind: () => Promise<readonly string[]>,
): Promise<void> {
  if (answered === null) return;
  const allowed = isOpaque(asked) ? await modelsBehind() : [asked];
  if (allowed.some((model) => sameModel(model, answered))) return;
  throw new ModelError(
    "wrong-model",
    `${asked} was asked, and ${answered} answered. What it says is not evidence about the model in the manifest.`,
  );
}
