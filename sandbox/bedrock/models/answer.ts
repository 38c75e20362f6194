import { AwsError } from "#sandbox/bedrock/aws-error";
import type { SandboxModel } from "#sandbox/bedrock/catalogue";
import { fillForJudge, fillForReader, judge } from "#sandbox/bedrock/models/fill-tool";
import { extractClaims } from "#sandbox/bedrock/models/judge";
import { readPrompt } from "#sandbox/bedrock/models/prompt-parts";
import { readPassages } from "#sandbox/bedrock/models/reader";
import type { ConverseInput } from "#sandbox/bedrock/wire";
import { countTokens, tokenSpans } from "#sandbox/rag/tokenizer";

export type ModelAnswer = {
  readonly content:
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "tool"; readonly name: string; readonly input: object };
  readonly stopReason: "end_turn" | "tool_use" | "max_tokens";
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** `chance` is asked only above temperature 0, where an answer may differ from the last one. */
export function answerWith(model: SandboxModel, input: ConverseInput, chance: () => number): ModelAnswer {
  if (model.kind === "hash-embedding") {
    throw new AwsError("ValidationException", "This model embeds text; it doesn't support this operation.");
  }
  requireTurns(input);
  const temperature = input.inferenceConfig?.temperature ?? 1;
  const parts = readPrompt(userText(input));
  const reading = () => readPassages(parts, temperature === 0 ? null : () => chance() < temperature);
  const inputTokens = countTokens(JSON.stringify([input.system, input.messages, input.toolConfig]));

  const tool = forcedTool(input);
  if (tool !== null) {
    const filled =
      model.kind === "extractive-judge" ? fillForJudge(tool.schema, parts) : fillForReader(tool.schema, reading());
    const outputTokens = countTokens(JSON.stringify(filled));
    return {
      content: { kind: "tool", name: tool.name, input: filled },
      stopReason: outputTokens > maxTokens(input) ? "max_tokens" : "tool_use",
      inputTokens,
      outputTokens: Math.min(outputTokens, maxTokens(input)),
    };
  }

  const whole = model.kind === "extractive-reader" ? reading().text : judgeInWords(parts);
  const text = cut(whole, maxTokens(input));
  return {
    content: { kind: "text", text },
    stopReason: text === whole ? "end_turn" : "max_tokens",
    inputTokens,
    outputTokens: countTokens(text),
  };
}

function judgeInWords(parts: ReturnType<typeof readPrompt>): string {
  if (parts.claims.length > 0) {
    return judge(parts)
      .map(({ id, label }) => `${id}: ${label}`)
      .join("\n");
  }
  const claims = extractClaims(parts).map((claim) => JSON.stringify([claim.subject, claim.predicate, claim.object]));
  return claims.join("\n") || "There is nothing to judge.";
}

const maxTokens = (input: ConverseInput) => input.inferenceConfig?.maxTokens ?? 4096;

const userText = (input: ConverseInput) =>
  input.messages
    .filter(({ role }) => role === "user")
    .flatMap(({ content }) => content.map((part) => ("text" in part ? part.text : "")))
    .join("\n");

function cut(text: string, tokens: number): string {
  const last = tokenSpans(text)[tokens - 1];
  return last === undefined ? text : text.slice(0, last.end);
}

function forcedTool(input: ConverseInput): { name: string; schema: Readonly<Record<string, unknown>> } | null {
  const tools = input.toolConfig?.tools ?? [];
  const choice = input.toolConfig?.toolChoice;
  if (choice === undefined || "auto" in choice) return null;
  const chosen = "tool" in choice ? tools.find(({ toolSpec }) => toolSpec.name === choice.tool.name) : tools[0];
  if (chosen === undefined) throw new AwsError("ValidationException", "toolChoice names a tool that isn't in tools.");
  return { name: chosen.toolSpec.name, schema: chosen.toolSpec.inputSchema.json };
}

function requireTurns(input: ConverseInput): void {
  for (const [at, { role }] of input.messages.entries()) {
    if (role === (at % 2 === 0 ? "user" : "assistant")) continue;
    throw new AwsError("ValidationException", "A conversation starts with a user message, and the roles alternate.");
  }
}
