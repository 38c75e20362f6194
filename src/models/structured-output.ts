import type { Message, ToolConfiguration } from "@aws-sdk/client-bedrock-runtime";
import { z } from "zod";
import type { OutputShape } from "#src/models/model-call";
import type { Heard } from "#src/models/read-stream";

/** A tool whose input is the answer, and no way around calling it. Throws what zod throws for a schema JSON can't say. */
export function toolFor<T>({ name, description, schema }: OutputShape<T>): ToolConfiguration {
  // Through text: what a schema builder leaves in its objects besides JSON would not be sent, but would be hashed.
  const { $schema: _, ...json } = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: "input" })));
  return {
    tools: [{ toolSpec: { name, ...(description === undefined ? {} : { description }), inputSchema: { json } } }],
    toolChoice: { tool: { name } },
  };
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const MOST_PROBLEMS = 5;

/** The tool's input as the asked shape. `problem` says where it isn't, by path and expectation, never by value. */
export function parseOutput<T>({ name, schema }: OutputShape<T>, heard: Heard): Parsed<T> {
  const use = heard.toolUse;
  if (use === null || use.name !== name) return { ok: false, problem: `the tool ${name} was not called` };
  if (heard.stopReason === "max_tokens") return { ok: false, problem: "it was cut at the token limit" };
  let input: unknown;
  try {
    input = JSON.parse(use.json);
  } catch {
    return { ok: false, problem: "its input is not JSON" };
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues
    .slice(0, MOST_PROBLEMS)
    .map((issue) => `${issue.path.join(".") || "input"}: ${issue.code.replaceAll("_", " ")}`);
  return { ok: false, problem: problems.join("; ") };
}

/** What follows an answer of another shape: the answer itself, what is wrong with it, and the same question again. */
export function repairTurns(name: string, heard: Heard, problem: string): Message[] {
  const { text, toolUse } = heard;
  const again = `That is not what was asked: ${problem}. Call the tool ${name} once more, with an input that fits its schema.`;
  const input = toolUse === null ? null : jsonObject(toolUse.json);
  if (toolUse === null || input === null) {
    // An empty turn is refused.
    return [
      { role: "assistant", content: [{ text: text.trim() === "" ? "(no answer)" : text }] },
      { role: "user", content: [{ text: again }] },
    ];
  }
  const { id: toolUseId } = toolUse;
  return [
    { role: "assistant", content: [{ toolUse: { toolUseId, name: toolUse.name, input } }] },
    { role: "user", content: [{ toolResult: { toolUseId, status: "error", content: [{ text: again }] } }] },
  ];
}

/** Null when the text is no JSON object: a turn can't repeat it as a tool's input then. */
function jsonObject(text: string) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
