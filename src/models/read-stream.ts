import type { ConverseStreamOutput } from "@aws-sdk/client-bedrock-runtime";
import type { Usage } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";

/** A whole answer, as its stream told it. */
export type Heard = {
  readonly text: string;
  readonly toolUse: { readonly id: string; readonly name: string; readonly json: string } | null;
  readonly stopReason: string;
  /** As the provider says; null when it doesn't. */
  readonly modelAnswered: string | null;
  readonly usage: Usage;
};

/** More than any answer within a token limit; an endless stream ends here. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reads a stream to its end. `begun` is called at the first piece of text or of a tool's input. A stream that ends without
 * its last two events is `truncated`: half an answer is none. What the stream itself throws goes through.
 */
export async function readStream(
  stream: AsyncIterable<ConverseStreamOutput>,
  model: string,
  begun: () => void,
): Promise<Heard> {
  let text = "";
  let json = "";
  let tool: { id: string; name: string } | null = null;
  let stopReason: string | null = null;
  let modelAnswered: string | null = null;
  let usage: Usage | null = null;
  for await (const event of stream) {
    const start = event.contentBlockStart?.start?.toolUse;
    if (start !== undefined) {
      if (tool !== null) throw new ModelError("bad-output", `${model} called more than one tool at once.`);
      tool = { id: start.toolUseId ?? "", name: start.name ?? "" };
    }
    const delta = event.contentBlockDelta?.delta;
    const piece = delta?.text ?? delta?.toolUse?.input ?? "";
    if (piece !== "") begun();
    if (delta?.text !== undefined) text += piece;
    else json += piece;
    if (text.length + json.length > MOST_CHARACTERS) {
      throw new ModelError("bad-output", `${model} answered with more than ${MOST_CHARACTERS} characters.`);
    }
    if (event.messageStop !== undefined) {
      stopReason = event.messageStop.stopReason ?? "";
      modelAnswered = modelIn(event.messageStop.additionalModelResponseFields);
    }
    if (event.metadata?.usage !== undefined) {
      const { inputTokens = 0, outputTokens = 0 } = event.metadata.usage;
      usage = { inputTokens, outputTokens };
    }
  }
  if (stopReason === null || usage === null) {
    const missing = stopReason === null ? "its reason to stop" : "its token counts";
    throw new ModelError("truncated", `The answer of ${model} ended before ${missing}.`);
  }
  return { text, toolUse: tool === null ? null : { ...tool, json }, stopReason, modelAnswered, usage };
}

function modelIn(fields: unknown): string | null {
  if (typeof fields !== "object" || fields === null || !("model" in fields)) return null;
  return typeof fields.model === "string" && fields.model !== "" ? fields.model : null;
}
