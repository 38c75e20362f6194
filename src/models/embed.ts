import { InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { z } from "zod";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { AttemptTimes, Calls, Findings, ModelClientDeps } from "#src/models/calls";
import type { EmbedRequest } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";

const answerSchema = z.object({
  embedding: z.array(z.number()),
  inputTextTokenCount: z.number().int().min(0),
});

/** The body as Titan takes it. Titan 1 takes the text alone: its length can't be chosen. */
export function embeddingBody({ model, text, dimension }: EmbedRequest): string {
  if (!text.isWellFormed()) {
    throw new ModelError("invalid-request", `The text for ${model} holds half of a character (a lone surrogate).`);
  }
  const fixed = /amazon\.titan-embed-text-v1(?:$|:)/.test(model);
  return canonicalJson(fixed ? { inputText: text } : { inputText: text, dimensions: dimension, normalize: true });
}

export const hashEmbedding = (body: string): string => sha256(body);

/** One vector of the asked length, made of finite numbers that are not all 0. */
export async function embedText(
  { bedrock }: ModelClientDeps,
  { model, dimension }: EmbedRequest,
  body: string,
  calls: Calls,
  findings: Findings,
): Promise<{ vector: readonly number[]; inputTokens: number; times: AttemptTimes }> {
  const { answer, times } = await calls.send(async (abortSignal, begun) => {
    const command = new InvokeModelCommand({
      modelId: model,
      body,
      contentType: "application/json",
      accept: "application/json",
    });
    const { body: bytes } = await bedrock.runtime.send(command, { abortSignal });
    begun();
    return readAnswer(model, bytes.transformToString());
  });
  findings.usage = { inputTokens: answer.inputTextTokenCount, outputTokens: 0 };
  const vector = answer.embedding;
  if (vector.length !== dimension) {
    throw new ModelError(
      "wrong-dimension",
      `${model} answered with a vector of ${vector.length} numbers; the index holds ${dimension}.`,
    );
  }
  if (vector.every((value) => value === 0)) {
    throw new ModelError("bad-output", `${model} answered with a zero vector, which has no direction.`);
  }
  return { vector, inputTokens: answer.inputTextTokenCount, times };
}

function readAnswer(model: string, text: string): z.infer<typeof answerSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ModelError("truncated", `The embedding of ${model} is no whole JSON document.`);
  }
  const parsed = answerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") || "the answer";
  throw new ModelError("bad-output", `${model} answered with no embedding: ${where} is not as documented.`);
}
