import { SCORES } from "#src/canary/observation";
import type { Attributes } from "#src/observations/otlp-attributes";

/** A span that answers a request. Times in nanoseconds since 1970. */
export type AnswerSpan = {
  readonly traceId: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly failed: boolean;
  readonly message: string;
};

/** `golive.<field>`: what the semantic conventions have no word for goes by the field's own name. */
const FIELDS = [
  "query_id",
  "budget_violation",
  "prefix_leakage",
  "candidates_before_dedup",
  "candidates_after_dedup",
  "snapshot_breadth",
  "retries",
  "hard_timeout",
  "rejected",
  "embedding_ms",
] as const;
const KNOWN: ReadonlySet<string> = new Set([
  ...FIELDS.map((field) => `golive.${field}`),
  ...SCORES.map((score) => `golive.scores.${score}`),
  "golive.arm",
  "golive.tool_calls",
]);

/** The event of the GenAI conventions that carries a judgement. */
const EVALUATION = "gen_ai.evaluation.result";

/**
 * The line of docs/canary.md that a span stands for; a sentence where something that is meant for Golive can't be mapped. Values are not
 * judged here: the check of every line does that.
 */
export function toObservationLine(span: AnswerSpan, arm: unknown): Readonly<Record<string, unknown>> | string {
  const { traceId, attributes, start, end } = span;
  if (!/^(?!0+$)[0-9a-f]{32}$/i.test(traceId)) return "traceId is not 32 hexadecimal digits";
  const unknown = [...attributes.keys()].find((key) => key.startsWith("golive.") && !KNOWN.has(key));
  if (unknown !== undefined) return `the attribute ${unknown} is not known`;
  const list = [...attributes].find(([key, value]) => KNOWN.has(key) && value === undefined);
  if (list !== undefined) return `the attribute ${list[0]} is no text, number or boolean`;
  const line: { [key: string]: unknown } = { at: isoOf(start), arm, trace_id: traceId.toLowerCase() };
  line.latency_s = Number(end - start) / 1e9;
  for (const field of FIELDS) {
    const value = attributes.get(`golive.${field}`);
    if (value !== undefined) line[field] = value;
  }
  const error = errorOf(span);
  if (error !== false) line.error = error;
  const scores = scoresOf(span);
  if (Object.keys(scores).length > 0) line.scores = scores;
  const calls = attributes.get("golive.tool_calls");
  if (calls === undefined) return line;
  const parsed = parseCalls(calls);
  return parsed === undefined ? "the attribute golive.tool_calls is no JSON" : { ...line, tool_calls: parsed };
}

/** `error.type` of the conventions, or the span's own status. */
function errorOf({ attributes, failed, message }: AnswerSpan): string | boolean {
  const type = attributes.get("error.type");
  if (typeof type === "string" && type !== "") return type;
  return failed ? message || true : false;
}

/** An evaluation without a value is a judge that gave none; one of another name is somebody else's. */
function scoresOf({ attributes, events }: AnswerSpan): Record<string, unknown> {
  const scores: Record<string, unknown> = {};
  for (const { name, attributes: said } of events) {
    const score = SCORES.find((each) => each === said.get("gen_ai.evaluation.name"));
    if (name === EVALUATION && score !== undefined) scores[score] = said.get("gen_ai.evaluation.score.value") ?? null;
  }
  for (const score of SCORES) {
    const value = attributes.get(`golive.scores.${score}`);
    if (value !== undefined) scores[score] = value;
  }
  return scores;
}

function parseCalls(text: unknown): unknown {
  try {
    return typeof text === "string" ? (JSON.parse(text) ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

function isoOf(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, "0");
  // Beyond the year 9999 there is no such text, and the check refuses the line.
  if (seconds > 253_402_300_799n) return `${seconds} s`;
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}
