import {
  entails,
  holdsNoLabels,
  type Judgement,
  type LabelMatrix,
  type LabelVector,
} from "#src/evaluation/metrics/labels";
import { METRICS, type Metric } from "#src/evaluation/metrics/metric-names";
import { NOTHING, quotient, type Share, shareOf } from "#src/evaluation/metrics/share";

/** Exact values. A metric whose matrices were not judged is absent: it is neither 0 nor a guess. */
export type Shares = { readonly [metric in Metric]?: Share };
/** The same as numbers from 0 to 1, unrounded. */
export type MetricValues = { readonly [metric in Metric]?: number };

/**
 * RAGChecker's metrics of one result (Ru et al., "RAGChecker: A Fine-grained Framework for Diagnosing Retrieval-Augmented
 * Generation", NeurIPS 2024, arXiv:2408.08067, section 3.3; edge cases as in the authors' implementation, but never NaN).
 *
 * With c = answer2response, g = response2answer, R = retrieved2response, G = retrieved2answer, each true for the exact label
 * Entailment, i over claims, j over retrieved documents:
 *
 *     rel_j = ∨_i G_ij    rec_i = ∨_j G_ij    faith_i = ∨_j R_ij    rf_i = ∨_j (R_ij ∧ rel_j)    irf_i = ∨_j (R_ij ∧ ¬rel_j) ∧ ¬rf_i
 *
 *     precision            mean c                     noise_sensitivity_in_relevant    mean (rf ∧ ¬c)
 *     recall               mean g                     noise_sensitivity_in_irrelevant  mean (irf ∧ ¬c)
 *     f1                   2PR / (P + R)              hallucination                    mean (¬faith ∧ ¬c)
 *     claim_recall         mean rec                   self_knowledge                   mean (¬faith ∧ c)
 *     context_precision    mean rel                   faithfulness                     mean faith
 *     context_utilization  Σ(rec ∧ g) / Σ rec
 *
 * A mean over nothing is 0, and so is f1 when P or R is. Without gold claims both noise metrics are 0. When R holds no labels
 * at all, faithfulness, hallucination, self_knowledge and both noise metrics are 0. Where nothing is empty,
 * 1 − precision = both noise metrics + hallucination, and 1 − faithfulness = hallucination + self_knowledge.
 */
export function scoreJudgement(judgement: Judgement): Shares {
  const { answer2response: c, response2answer: g, retrieved2response: R, retrieved2answer: G } = judgement;
  return {
    ...(c === null ? {} : { precision: shareOf(c, entails) }),
    ...(g === null ? {} : { recall: shareOf(g, entails) }),
    ...(c === null || g === null ? {} : { f1: f1(shareOf(c, entails), shareOf(g, entails)) }),
    ...(G === null ? {} : { claim_recall: shareOf(G, (row) => row.some(entails)) }),
    ...(G === null ? {} : { context_precision: shareOf(relevantDocuments(G), (relevant) => relevant) }),
    ...(G === null || g === null ? {} : { context_utilization: utilization(G, g) }),
    ...(R === null || G === null || c === null ? {} : noise(R, G, c)),
    ...(R === null || c === null ? {} : unfaithful(R, c)),
    ...(R === null ? {} : { faithfulness: holdsNoLabels(R) ? NOTHING : shareOf(R, (row) => row.some(entails)) }),
  };
}

/** Numbers as RAGChecker computes them, to the last bit: f1 from the two quotients, not from their exact ratio. */
export function metricValues(shares: Shares): MetricValues {
  const values: { [metric in Metric]?: number } = {};
  for (const metric of METRICS) {
    const share = shares[metric];
    if (share !== undefined) values[metric] = quotient(share);
  }
  if (shares.precision !== undefined && shares.recall !== undefined) {
    const [p, r] = [quotient(shares.precision), quotient(shares.recall)];
    values.f1 = p > 0 && r > 0 ? (2 * p * r) / (p + r) : 0;
  }
  return values;
}

/** 2PR / (P + R) with P = a/m and R = b/n is 2ab / (an + bm). */
function f1(precision: Share, recall: Share): Share {
  const [a, m, b, n] = [precision.hits, precision.total, recall.hits, recall.total];
  return a === 0 || b === 0 ? NOTHING : { hits: 2 * a * b, total: a * n + b * m };
}

/** For each document, whether it entails a claim of the gold answer. */
function relevantDocuments(G: LabelMatrix): boolean[] {
  const columns = G[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, j) => G.some((row) => row[j] === "Entailment"));
}

function utilization(G: LabelMatrix, g: LabelVector): Share {
  const recalled = G.flatMap((row, i) => (row.some(entails) ? [g[i] === "Entailment"] : []));
  return shareOf(recalled, (used) => used);
}

function noise(R: LabelMatrix, G: LabelMatrix, c: LabelVector): Shares {
  if (G.length === 0 || holdsNoLabels(R)) {
    return { noise_sensitivity_in_relevant: NOTHING, noise_sensitivity_in_irrelevant: NOTHING };
  }
  const relevant = relevantDocuments(G);
  const from = (row: LabelVector, wanted: boolean) => row.some((label, j) => entails(label) && relevant[j] === wanted);
  const wrong = (i: number) => c[i] !== "Entailment";
  return {
    noise_sensitivity_in_relevant: shareOf(R, (row, i) => wrong(i) && from(row, true)),
    // A claim that a relevant document supports too counts there only.
    noise_sensitivity_in_irrelevant: shareOf(R, (row, i) => wrong(i) && from(row, false) && !from(row, true)),
  };
}

function unfaithful(R: LabelMatrix, c: LabelVector): Shares {
  if (holdsNoLabels(R)) return { hallucination: NOTHING, self_knowledge: NOTHING };
  return {
    hallucination: shareOf(R, (row, i) => !row.some(entails) && c[i] !== "Entailment"),
    self_knowledge: shareOf(R, (row, i) => !row.some(entails) && c[i] === "Entailment"),
  };
}
