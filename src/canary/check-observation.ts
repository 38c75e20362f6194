import { parseInstant } from "#src/canary/instant";
import { ARMS, type Observation, SCORES, type Score } from "#src/canary/observation";
import { countTools } from "#src/canary/tool-counts";

/** Why a line is refused. `kind` is stable; the sentence names the field and what was found. */
export type Refusal = { readonly kind: "not-json" | "shape" | "value" | "time"; readonly sentence: string };
export type Checked =
  | { readonly ok: true; readonly observation: Observation }
  | { readonly ok: false; readonly refusal: Refusal };

const MOST_TEXT = 1_000;
/** Seconds: a request that takes longer than a day is a unit mixed up. */
const MOST_LATENCY = 86_400;

const MOST_RETRIES = 10_000;
/** Texts that one request embeds: a question, some of its rewritings. */
const MOST_TEXTS = 64;

class Wrong {
  readonly refusal: Refusal;
  constructor(kind: Refusal["kind"], sentence: string) {
    this.refusal = { kind, sentence };
  }
}

/**
 * One parsed line, held to the schema of docs/canary.md. Written by hand, since a replay checks millions of them; other keys are left
 * alone. Never throws: what is wrong comes back as a refusal.
 */
export function checkObservation(value: unknown): Checked {
  try {
    return { ok: true, observation: toObservation(value) };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function toObservation(value: unknown): Observation {
  if (!isRecord(value)) throw new Wrong("shape", `the line is ${show(value)}; expected an object`);
  const arm = ARMS.find((each) => each === value.arm);
  if (arm === undefined) throw new Wrong("shape", `arm is ${show(value.arm)}; expected "baseline" or "canary"`);
  const at = typeof value.at === "string" ? parseInstant(value.at) : null;
  if (at === null) throw new Wrong("time", `at is ${show(value.at)}; expected a time like "2026-03-01T14:00:00Z"`);
  const traceId = value.trace_id;
  if (!isText(traceId)) throw new Wrong("shape", `trace_id is ${show(traceId)}; expected text`);
  const before = amount(value, "candidates_before_dedup");
  const after = amount(value, "candidates_after_dedup");
  if (before !== null && after !== null && after > before)
    throw new Wrong("value", `candidates_after_dedup is ${after}, more than the ${before} before`);
  const hardTimeout = flag(value, "hard_timeout");
  const rejected = flag(value, "rejected");
  return {
    at,
    arm,
    traceId,
    queryId: queryOf(value.query_id),
    // Who was turned away, or cut off, got no answer, whether or not the trace calls that an error.
    failed: failure(value.error) || hardTimeout === true || rejected === true,
    latency: amount(value, "latency_s", MOST_LATENCY),
    scores: scoresOf(value.scores),
    budgetViolation: flag(value, "budget_violation"),
    prefixLeakage: flag(value, "prefix_leakage"),
    dedupRate: before === null || after === null || before === 0 ? null : (before - after) / before,
    breadth: amount(value, "snapshot_breadth"),
    tools: toolsOf(value.tool_calls),
    retries: retriesOf(value),
    hardTimeout,
    rejected,
    embeddingMs: embeddingOf(value.embedding_ms),
  };
}

/** `true`, or what went wrong in words or as an object; absent, null, false and "" are no error. */
function failure(error: unknown): boolean {
  if (error === undefined || error === null || error === false || error === "") return false;
  if (error === true || typeof error === "string" || isRecord(error)) return true;
  throw new Wrong("shape", `error is ${show(error)}; expected true, false or text`);
}

function queryOf(id: unknown): string | null {
  if (id === undefined || id === null) return null;
  if (isText(id)) return id;
  if (typeof id === "number" && Number.isSafeInteger(id)) return String(id);
  throw new Wrong("shape", `query_id is ${show(id)}; expected text`);
}

function amount(value: Readonly<Record<string, unknown>>, key: string, most = Number.MAX_SAFE_INTEGER): number | null {
  const found = value[key];
  if (found === undefined || found === null) return null;
  if (typeof found === "number" && found >= 0 && found <= most) return found;
  throw new Wrong("value", `${key} is ${show(found)}; expected a number from 0 to ${most}`);
}

function retriesOf(value: Readonly<Record<string, unknown>>): number | null {
  const found = amount(value, "retries", MOST_RETRIES);
  if (found === null || Number.isInteger(found)) return found;
  throw new Wrong("value", `retries is ${found}; expected a whole number`);
}

/** One text's time, or a list with each text's. */
function embeddingOf(found: unknown): readonly number[] | null {
  if (found === undefined || found === null) return null;
  const times: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (times.length > MOST_TEXTS)
    throw new Wrong("value", `embedding_ms has ${times.length} times; at most ${MOST_TEXTS}`);
  const good = times.filter((ms): ms is number => typeof ms === "number" && ms >= 0 && ms <= MOST_LATENCY * 1_000);
  if (good.length === times.length) return good.length === 0 ? null : good;
  throw new Wrong("value", `embedding_ms is ${show(found)}; expected milliseconds of each text, 0 or more`);
}

function flag(value: Readonly<Record<string, unknown>>, key: string): boolean | null {
  const found = value[key];
  if (found === undefined || found === null) return null;
  if (typeof found === "boolean") return found;
  throw new Wrong("shape", `${key} is ${show(found)}; expected true or false`);
}

const NO_SCORES: Observation["scores"] = {};

/** `scores: null`: a judge was asked, and gave nothing. */
const NOT_JUDGED: Observation["scores"] = Object.fromEntries(SCORES.map((score) => [score, null]));

function scoresOf(scores: unknown): Observation["scores"] {
  if (scores === undefined) return NO_SCORES;
  if (scores === null) return NOT_JUDGED;
  if (!isRecord(scores)) throw new Wrong("shape", `scores is ${show(scores)}; expected an object`);
  const checked: { [score in Score]?: number | null } = {};
  for (const score of SCORES) {
    const found = scores[score];
    if (found === undefined) continue;
    if (found === null) checked[score] = null;
    else if (typeof found === "boolean") checked[score] = found ? 1 : 0;
    else if (typeof found === "number" && found >= 0 && found <= 1) checked[score] = found;
    else throw new Wrong("value", `scores.${score} is ${show(found)}; expected a number from 0 to 1`);
  }
  return checked;
}

function toolsOf(calls: unknown): Observation["tools"] {
  if (calls === undefined || calls === null) return null;
  const counted = countTools(calls);
  if (typeof counted === "string") throw new Wrong("shape", counted);
  return counted;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= MOST_TEXT;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
