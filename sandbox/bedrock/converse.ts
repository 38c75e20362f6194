import { AwsError } from "#sandbox/bedrock/aws-error";
import { eventFrame, exceptionFrame } from "#sandbox/bedrock/event-stream";
import type { Exchange } from "#sandbox/bedrock/exchange";
import type { ModelFault } from "#sandbox/bedrock/faults";
import type { ModelAnswer } from "#sandbox/bedrock/models/answer";
import { spoilInput } from "#sandbox/bedrock/models/spoil-input";
import type { ConverseInput } from "#sandbox/bedrock/wire";

type Said = {
  readonly answer: ModelAnswer;
  readonly input: ConverseInput;
  /** What answers when it is asked by which model it was answered. */
  readonly model: string;
  readonly latencyMs: number;
};

const TOOL_USE_ID = "tooluse_sandbox";

/** Converse: the whole answer as one JSON document. */
export function sendWhole(exchange: Exchange, said: Said, fault: ModelFault | null): void {
  const { content, stopReason } = said.answer;
  const part =
    content.kind === "text"
      ? { text: content.text }
      : { toolUse: { toolUseId: TOOL_USE_ID, name: content.name, input: content.input } };
  const body = {
    output: { message: { role: "assistant", content: [part] } },
    stopReason,
    usage: usageOf(said.answer),
    metrics: { latencyMs: said.latencyMs },
    ...extraFields(said),
  };
  if (fault?.kind === "truncated") exchange.halfJson(body);
  else exchange.json(body);
}

/** ConverseStream: the answer as it would be written, in frames. */
export function sendStream(exchange: Exchange, said: Said, fault: ModelFault | null): void {
  const frames = framesOf(said);
  exchange.begin("application/vnd.amazon.eventstream");
  const middle = Math.max(frames.upTo("contentBlockDelta"), 1);
  const write = (count: number) => {
    for (const frame of frames.all.slice(0, count)) exchange.write(frame);
  };
  switch (fault?.kind) {
    case "hang-midway":
      write(middle);
      return;
    case "error-midway":
      write(middle);
      exchange.write(exceptionFrame(fault.type, "The model failed while it answered."));
      exchange.end();
      return;
    case "truncated": {
      write(middle);
      const next = frames.all[middle];
      if (next !== undefined) exchange.write(next.subarray(0, next.length / 2));
      // The pieces leave before the connection breaks.
      setImmediate(exchange.cut);
      return;
    }
    case "ended-early":
      write(frames.upTo("contentBlockStop"));
      exchange.end();
      return;
    case "corrupt-frame": {
      write(middle);
      const next = Uint8Array.from(frames.all[middle] ?? []);
      const at = Math.floor(next.length / 2);
      next[at] = (next[at] ?? 0) ^ 1;
      exchange.write(next);
      exchange.end();
      return;
    }
    default:
      write(frames.all.length);
      exchange.end();
  }
}

function framesOf(said: Said) {
  const { content, stopReason } = said.answer;
  const index = { contentBlockIndex: 0 };
  const cutShort = stopReason === "max_tokens";
  const named: [name: string, body: object][] = [["messageStart", { role: "assistant" }]];
  if (content.kind === "text") {
    for (const text of pieces(content.text)) named.push(["contentBlockDelta", { ...index, delta: { text } }]);
  } else {
    const start = { toolUse: { toolUseId: TOOL_USE_ID, name: content.name } };
    named.push(["contentBlockStart", { ...index, start }]);
    const json = JSON.stringify(content.input);
    // A real model that runs out of tokens leaves half a document behind.
    for (const input of pieces(cutShort ? json.slice(0, json.length / 2) : json)) {
      named.push(["contentBlockDelta", { ...index, delta: { toolUse: { input } } }]);
    }
  }
  named.push(["contentBlockStop", index]);
  named.push(["messageStop", { stopReason, ...extraFields(said) }]);
  named.push(["metadata", { usage: usageOf(said.answer), metrics: { latencyMs: said.latencyMs } }]);
  return {
    all: named.map(([name, body]) => eventFrame(name, body)),
    /** Frames up to the first of this name, itself included. */
    upTo: (name: string) => named.findIndex((event) => event[0] === name) + 1,
  };
}

const pieces = (text: string): string[] => text.match(/[\s\S]{1,24}/g) ?? [];

const usageOf = ({ inputTokens, outputTokens }: ModelAnswer) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
});

/** Fields of the model's own answer that the request wants to see; of those, this Bedrock has `/model`. */
function extraFields({ input, model }: Said): object {
  const wanted = input.additionalModelResponseFieldPaths ?? [];
  return wanted.includes("/model") ? { additionalModelResponseFields: { model } } : {};
}

/** The answer that a fault makes of a right one. */
export function spoil(answer: ModelAnswer, fault: ModelFault | null): ModelAnswer {
  if (fault?.kind === "malformed-output" && answer.content.kind === "tool") {
    return { ...answer, content: { ...answer.content, input: { unexpected: ["not", "what", "was", "asked"] } } };
  }
  if (fault?.kind === "no-tool-use") {
    return { ...answer, content: { kind: "text", text: "Let me think about it." }, stopReason: "end_turn" };
  }
  if (fault !== null && answer.content.kind === "tool") {
    return { ...answer, content: { ...answer.content, input: spoilInput(answer.content.input, fault.kind) } };
  }
  return answer;
}

/** The exception that a fault is, when it is one. */
export function exceptionOf(fault: ModelFault | null): AwsError | null {
  switch (fault?.kind) {
    case "throttle":
      return new AwsError(
        "ThrottlingException",
        "Too many requests, please wait before trying again.",
        fault.retryAfterSeconds ?? null,
      );
    case "error":
      return new AwsError(fault.type, "The local Bedrock was told to answer with this exception.");
    case "unknown-model":
      return new AwsError("ValidationException", "The provided model identifier is invalid.");
    default:
      return null;
  }
}
