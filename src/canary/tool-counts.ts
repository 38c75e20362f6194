import type { ToolCounts } from "#src/canary/observation";

/** `using=<tool> reason=<…> expected=<schema>`. */
const INTENT = /^\s*using=(\S+)\s+reason=\S.*?\s+expected=\S/s;

/**
 * The tool calls of a trace, `[{name, schema_ok, mutating, dry_run, intent_line}]`, counted; null without calls, a sentence where the shape
 * is wrong. `intent_line` is true, false, or the line itself. A call that changes something is rehearsed by `dry_run` of its own or by an
 * earlier dry run of the same tool in the trace. What isn't said doesn't hold: without `schema_ok` a call doesn't conform.
 */
export function countTools(calls: unknown): ToolCounts | null | string {
  if (!Array.isArray(calls)) return "tool_calls is no list";
  if (calls.length === 0) return null;
  const counts = { calls: calls.length, conforming: 0, announced: 0, unrehearsed: 0 };
  const rehearsed = new Set<string>();
  for (const [index, call] of calls.entries()) {
    if (!isCall(call)) return `tool_calls[${index}] is no call; expected an object with a name`;
    for (const key of ["schema_ok", "mutating", "dry_run"] as const) {
      const found = call[key];
      if (found !== undefined && found !== null && typeof found !== "boolean")
        return `tool_calls[${index}].${key} is ${JSON.stringify(found)}; expected true or false`;
    }
    if (call.dry_run === true) rehearsed.add(call.name);
    if (call.schema_ok === true) counts.conforming++;
    if (isAnnounced(call.intent_line, call.name)) counts.announced++;
    if (call.mutating === true && !rehearsed.has(call.name)) counts.unrehearsed++;
  }
  return counts;
}

type Call = {
  readonly name: string;
  readonly schema_ok?: unknown;
  readonly mutating?: unknown;
  readonly dry_run?: unknown;
  readonly intent_line?: unknown;
};

const isCall = (call: unknown): call is Call =>
  typeof call === "object" && call !== null && "name" in call && typeof call.name === "string";

const isAnnounced = (line: unknown, name: string): boolean =>
  line === true || (typeof line === "string" && INTENT.exec(line)?.[1] === name);
