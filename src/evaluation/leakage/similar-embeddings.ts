import type { Example, Finding } from "#src/evaluation/leakage/example";

export const COSINE = 0.9;

/** Pairs whose embeddings point the same way: cosine of at least 0.9. Entries without an embedding are passed over. */
export function findSimilarEmbeddings(pool: readonly Example[], evaluation: readonly Example[]): Finding[] {
  const [a, b] = [pool.map(toUnit), evaluation.map(toUnit)];
  const findings: Finding[] = [];
  for (const [place, left] of a.entries()) {
    if (left === null) continue;
    for (const [index, right] of b.entries()) {
      if (right === null) continue;
      const score = dot(left, right);
      // Two equal vectors may come out a hair above 1.
      if (score >= COSINE) findings.push({ pool: place, evaluation: index, rule: "cosine", score: Math.min(1, score) });
    }
  }
  return findings;
}

/**
 * Whether the rule can run on these lists, and why it can't or not on everything. Vectors of different lengths come from
 * different models: their angle means nothing.
 */
export function cosineCoverage(
  pool: readonly Example[],
  evaluation: readonly Example[],
): { readonly runs: boolean; readonly why: string | null } {
  const [inPool, inEvaluation] = [lengthsIn(pool), lengthsIn(evaluation)];
  if (inPool.size === 0 || inEvaluation.size === 0) {
    const who =
      inPool.size > 0 ? "the evaluation set has no" : inEvaluation.size > 0 ? "the pool has no" : "neither file has";
    return { runs: false, why: `${who} embeddings` };
  }
  if (new Set([...inPool, ...inEvaluation]).size > 1)
    return { runs: false, why: "the embeddings have different dimensions" };
  const missing = [...pool, ...evaluation].filter(({ embedding }) => embedding === null).length;
  return {
    runs: true,
    why: missing === 0 ? null : `${missing} entries have no embedding; only the others were compared`,
  };
}

const lengthsIn = (examples: readonly Example[]): Set<number> =>
  new Set(examples.flatMap(({ embedding }) => (embedding === null ? [] : [embedding.length])));

function toUnit({ embedding }: Example): Float64Array | null {
  if (embedding === null) return null;
  const length = Math.hypot(...embedding);
  return length > 0 ? Float64Array.from(embedding, (value) => value / length) : null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
