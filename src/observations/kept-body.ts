import type { Refusal } from "#src/canary/check-observation";
import { SCORES } from "#src/canary/observation";
import { countTools } from "#src/canary/tool-counts";

/** Bytes of UTF-8 that one observation may take once what isn't in the schema has been left out. */
const MOST_KEPT = 16_384;
/** What went wrong, in as many characters: enough for a person, and no place for a whole answer. */
const MOST_ERROR = 300;

const PLAIN = [
  "at",
  "arm",
  "trace_id",
  "query_id",
  "latency_s",
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

type Fields = { readonly [key: string]: unknown };

/**
 * A checked line as it is stored: the schema's fields and nothing else, so that no question or answer that somebody sends along is kept. What
 * `checkObservation` makes of it is the same as before. A refusal where a text can't be stored (U+0000, half a surrogate pair), or there is
 * too much of it.
 */
export function keptBody(line: Fields): { readonly body: string } | { readonly refusal: Refusal } {
  const kept: { [key: string]: unknown } = {};
  for (const key of PLAIN) if (line[key] !== undefined) kept[key] = line[key];
  if (line.error !== undefined) kept.error = keptError(line.error);
  if (line.scores !== undefined) kept.scores = keptScores(line.scores);
  if (line.tool_calls !== undefined) kept.tool_calls = keptCalls(line.tool_calls);
  const broken = brokenText(kept);
  if (broken !== null) return { refusal: { kind: "shape", sentence: broken } };
  const body = JSON.stringify(kept);
  const bytes = Buffer.byteLength(body);
  if (bytes <= MOST_KEPT) return { body };
  const sentence = `the observation takes ${bytes} bytes; at most ${MOST_KEPT} are kept`;
  return { refusal: { kind: "shape", sentence } };
}

function keptError(error: unknown): unknown {
  if (typeof error === "object" && error !== null) return true;
  if (typeof error !== "string" || error.length <= MOST_ERROR) return error;
  // Not through the middle of a surrogate pair.
  return [...error.slice(0, MOST_ERROR)].slice(0, -1).join("");
}

function keptScores(scores: unknown): unknown {
  if (!isFields(scores)) return scores;
  return Object.fromEntries(SCORES.flatMap((score) => (scores[score] === undefined ? [] : [[score, scores[score]]])));
}

/** The line before a call is judged here, whole, and kept as the judgement. */
function keptCalls(calls: unknown): unknown {
  if (!Array.isArray(calls)) return calls;
  return calls.map((call: unknown) => {
    if (!isFields(call)) return call;
    const { name, schema_ok, mutating, dry_run } = call;
    const counts = countTools([call]);
    const announced = typeof counts === "object" && counts !== null && counts.announced === 1;
    return { name, schema_ok, mutating, dry_run, intent_line: announced };
  });
}

function brokenText(value: unknown, path = ""): string | null {
  if (typeof value === "string") {
    if (value.includes("\u0000")) return `${path} holds U+0000`;
    return value.isWellFormed() ? null : `${path} holds half of a surrogate pair`;
  }
  if (typeof value !== "object" || value === null) return null;
  for (const [key, each] of Object.entries(value)) {
    const inside = path === "" ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const broken = brokenText(each, inside);
    if (broken !== null) return broken;
  }
  return null;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
