import type { Measure } from "#src/evaluation/compare/measures";
import { because, type CaseFinding, unexplained } from "#src/operations/triage/causes";
import { explainMissing } from "#src/operations/triage/explain-missing";
import { type CasePairSeen, hadEvidence, measured } from "#src/operations/triage/seen-case";

/** A loss of one case on one measure, 0 to 1: against the baseline, or where there is none against a perfect score. */
export type Lost = { readonly measure: Measure; readonly loss: number };

/** Of these only what was retrieved decides. */
const RETRIEVAL: ReadonlySet<Measure> = new Set<Measure>([
  "oracle_retrieval_hit_prefilter",
  "oracle_retrieval_hit_postfilter",
  "claim_recall",
  "context_precision",
]);
/** Without a baseline a context with less of the gold claims than this did not hold the answer. */
const HALF = 0.5;

/**
 * Why a case that was asked lost on a measure, by the first rule of docs/weekly.md that holds: no answer, made otherwise, a negative that
 * was answered, the evidence not found, lost on the way to the reader, or there and not used.
 */
export function explainAnswer(pair: CasePairSeen, lost: Lost): CaseFinding {
  return (
    explainMissing(pair) ??
    madeOtherwise(pair) ??
    answeredNegative(pair) ??
    evidenceLost(pair, lost) ??
    contextLost(pair, lost) ??
    sameAnswer(pair, lost) ??
    readerLost(pair, lost) ??
    unexplained(pair.id, "The traces don't show why: evidence, context and claims are as they were.")
  );
}

/** The same configuration version, and yet made with other examples, another model or other settings than the baseline's answer. */
function madeOtherwise({ id, now, before, samePair }: CasePairSeen): CaseFinding | null {
  if (!samePair) return null;
  const [a, b] = [before?.trace?.madeWith ?? null, now.trace?.madeWith ?? null];
  if (a === null || b === null) return null;
  const differs = (key: "fewShot" | "model" | "config") => a[key] !== null && b[key] !== null && a[key] !== b[key];
  const what = [
    ...(differs("fewShot") ? ["other few-shot examples"] : []),
    ...(differs("model") ? ["another model"] : []),
    ...(differs("config") ? ["another CONFIG_HASH"] : []),
  ];
  if (what.length === 0) return null;
  return because(
    id,
    "made-otherwise",
    `Made with ${what.join(" and ")} than the baseline's answer of the same version.`,
  );
}

function answeredNegative({ id, now }: CasePairSeen): CaseFinding | null {
  if (now.of.gold.answerable || measured(now, "correct_refusal") === 1) return null;
  return because(id, "answered-negative", "The documents don't answer it, and it got an answer.");
}

/** What the oracles saw: the passage itself. Where the baseline lacked it too, it explains no loss against it. */
function evidenceLost(pair: CasePairSeen, { measure }: Lost): CaseFinding | null {
  const { id, now, before } = pair;
  if (measure === "context_precision") return null;
  if (hadEvidence(now, "prefilter") === false && hadEvidence(before, "prefilter") !== false) {
    const found = now.trace?.chunks?.found ?? 0;
    const was = before === null ? "" : ", and was in the baseline's";
    return because(id, "gold-not-retrieved", `The gold passage is not in the snapshot (${found} chunks)${was}.`);
  }
  if (hadEvidence(now, "postfilter") === false && hadEvidence(before, "postfilter") !== false) {
    if (hadEvidence(now, "prefilter") !== true) return null;
    const { found = 0, given = 0 } = now.trace?.chunks ?? {};
    return because(
      id,
      "gold-lost-before-reader",
      `The gold passage was found, and is not among the ${given} of ${found} chunks that the reader got.`,
    );
  }
  if (measure === "oracle_retrieval_hit_prefilter") {
    return because(
      id,
      "gold-not-retrieved",
      "The gold passage stands further down than all that the baseline retrieved.",
    );
  }
  return null;
}

/** What the judge saw: how many of the gold answer's claims the context supports. It tells where the oracles can't. */
function contextLost({ id, now, before }: CasePairSeen, { measure, loss }: Lost): CaseFinding | null {
  if (measure === "context_precision") {
    return because(id, "more-beside-the-point", "More of what the reader got says nothing of the gold answer.");
  }
  const [was, is] = [measured(before, "claim_recall"), measured(now, "claim_recall")];
  if (is === null) return null;
  const says = (than: string) =>
    `The context supports ${percent(is)} of the gold answer's claims${than}: what is missing could not be answered.`;
  if (was !== null) {
    // It has to explain at least half of the loss, or the reader has its share in it.
    const explains = was - is > 0 && was - is >= loss / 2;
    return explains ? because(id, "claims-not-in-context", says(` (${percent(was)} in the baseline)`)) : null;
  }
  if (hadEvidence(now, "postfilter") === true && !RETRIEVAL.has(measure)) return null;
  return is < HALF ? because(id, "claims-not-in-context", says("")) : null;
}

function sameAnswer({ id, now, before }: CasePairSeen, { measure }: Lost): CaseFinding | null {
  if (RETRIEVAL.has(measure) || before?.trace == null || now.trace === null) return null;
  const { answer, context } = now.trace;
  if (answer === null || answer !== before.trace.answer || context !== before.trace.context) return null;
  return unexplained(id, "Answer and context are the baseline's, word for word: only its grading differs.");
}

/** The context held what it takes; what the reader made of it got worse. */
function readerLost({ id, now, before }: CasePairSeen, { measure }: Lost): CaseFinding | null {
  if (RETRIEVAL.has(measure)) return null;
  const isWorse = (of: Measure, bar: number) => {
    const [was, is] = [measured(before, of), measured(now, of)];
    return is !== null && (was === null ? is > bar : is > was);
  };
  const evidence = hadEvidence(now, "postfilter");
  const recall = measured(now, "claim_recall");
  const held = evidence === true || (evidence === null && recall !== null && recall >= HALF);
  if (held && isWorse("abstention", HALF)) {
    return because(id, "refused-with-gold", "The gold passage was in the context, and the answer claims nothing.");
  }
  if (isWorse("hallucination", 0)) {
    return because(id, "made-up", "The answer makes wrong claims that no passage of its context supports.");
  }
  if (isWorse("noise_sensitivity_in_irrelevant", 0) || isWorse("noise_sensitivity_in_relevant", 0)) {
    return because(id, "took-wrong-passage", "The answer takes wrong claims from passages beside the point.");
  }
  const [was, is] = [measured(before, "recall"), measured(now, "recall")];
  if (held && is !== null && (was === null ? is < 1 : is < was)) {
    return because(id, "gold-not-used", "The gold passage was in the context, and the answer lacks what it says.");
  }
  if (held && measure === "reader_used_gold") {
    return because(id, "gold-not-used", "The gold passage was in the context, and the answer doesn't rest on it.");
  }
  if (measure === "faithfulness" || measure === "self_knowledge") {
    return because(id, "made-up", "The answer makes claims that no passage of its context supports.");
  }
  return null;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
