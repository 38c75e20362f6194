import type { Measure } from "#src/evaluation/compare/measures";
import type { Standing } from "#src/evaluation/compare/standings";
import type { Verdict } from "#src/evaluation/oracle/gold";
import type { Floors } from "#src/evaluation/oracle/quality-floors";
import { type Html, html } from "#src/evaluation/report/html";

/** What each measure says, to somebody who reads it for the first time. */
export const MEANS: Readonly<Record<Measure, string>> = {
  precision: "claims of the answer that the gold answer supports",
  recall: "claims of the gold answer that the answer makes",
  f1: "both in one",
  claim_recall: "claims of the gold answer that the context supports",
  context_precision: "retrieved chunks that support a claim of the gold answer",
  context_utilization: "supported claims of the gold answer that the answer makes",
  noise_sensitivity_in_relevant: "wrong claims that come from relevant chunks",
  noise_sensitivity_in_irrelevant: "wrong claims that come from irrelevant chunks",
  hallucination: "wrong claims that come from no chunk",
  self_knowledge: "right claims that come from no chunk",
  faithfulness: "claims of the answer that the context supports",
  oracle_retrieval_hit_prefilter: "cases whose evidence was retrieved, before any filter",
  oracle_retrieval_hit_postfilter: "cases whose evidence reached the reader",
  reader_used_gold: "answers with a right claim that comes from the evidence",
  abstention: "answers that claim nothing",
  correct_refusal: "questions without an answer that were refused",
};

/** Which measure a floor is held against; null: the latency, which is none. */
export const FLOOR_NAMES: Readonly<Record<keyof Floors, string>> = {
  precision_min: "precision",
  recall_min: "recall",
  f1_min: "f1",
  latency_max: "p95 latency",
  faithfulness_min: "faithfulness",
  oracle_retrieval_hit_min: "oracle_retrieval_hit_prefilter",
  reader_used_gold_min: "reader_used_gold",
};

// Signs that every font has: the page brings none, and not every machine that shows it has emoji.
const VERDICTS: Readonly<Record<Verdict, string>> = {
  pass: "✓ pass",
  fail: "✗ fail",
  inconclusive: "⚠ inconclusive",
};
const STANDINGS: Readonly<Record<Standing, string>> = {
  healthy: "✓ healthy",
  breach: "■ breach",
  watching: "● watching",
  unknown: "⚠ unknown",
};

export const verdictMark = (verdict: Verdict): Html => html`<span class="state ${verdict}">${VERDICTS[verdict]}</span>`;
export const standingMark = (standing: Standing): Html =>
  html`<span class="state ${standing}">${STANDINGS[standing]}</span>`;

/** A share from 0 to 1, with three digits: what the floors are compared with is unrounded. */
export const shareText = (share: number | null): string => (share === null ? "–" : share.toFixed(3));

/** A difference of shares, in points with its sign. */
export function pointsText(difference: number | null): string {
  if (difference === null) return "–";
  const points = (100 * difference).toFixed(1);
  // A minus as long as the plus, and no "−0.0".
  return Number(points) === 0 ? "0.0" : difference < 0 ? `−${points.slice(1)}` : `+${points}`;
}

export function secondsText(seconds: number | null): string {
  if (seconds === null) return "–";
  return seconds === Number.POSITIVE_INFINITY ? "unanswered" : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

export const percentText = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function timeMark(at: number | null): Html {
  if (at === null) return html`–`;
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.replace("T", " ").slice(0, 16)} UTC</time>`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

/** What something is called in the files and on the command line. */
export const name = (text: string): Html => html`<code>${text}</code>`;
