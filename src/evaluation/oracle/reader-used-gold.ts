import { entails, type LabelMatrix, type LabelVector } from "#src/evaluation/metrics/labels";
import type { Passage } from "#src/evaluation/oracle/gold";

/** One answerable case that was answered. */
export type ReaderCase = {
  readonly id: string;
  /** What the reader got, and which of it is gold (from `findGold`). */
  readonly context: readonly Passage[];
  readonly gold: ReadonlySet<number>;
  /** Chunk ids that the answer cites. */
  readonly citations: readonly string[];
  /** Null: ungraded. Columns of the matrix are the passages of `context`. */
  readonly answer2response: LabelVector | null;
  readonly retrieved2response: LabelMatrix | null;
};

export type ReaderUsedGold = {
  /** Share of the graded cases, 0 to 1; null without any. */
  readonly share: number | null;
  readonly graded: number;
  readonly ungraded: number;
  /** Share of all citations that count; null without citations. */
  readonly citationPrecision: number | null;
};

/**
 * reader_used_gold: the share of answerable cases with at least one claim that the gold answer entails *and* a gold chunk in the
 * context entails. An answer without claims used nothing. A citation counts only when the cited chunk is gold, was in the context,
 * and entails a claim of the answer: citing every file earns nothing.
 */
export function readerUsedGold(cases: readonly ReaderCase[]): ReaderUsedGold {
  const graded = cases.flatMap((each) => {
    const { answer2response: c, retrieved2response: R } = each;
    return c === null || R === null ? [] : [{ used: usesGold(each.gold, c, R), citations: countCitations(each, R) }];
  });
  const cited = graded.reduce((sum, { citations }) => sum + citations.all, 0);
  const good = graded.reduce((sum, { citations }) => sum + citations.good, 0);
  return {
    share: graded.length === 0 ? null : graded.filter(({ used }) => used).length / graded.length,
    graded: graded.length,
    ungraded: cases.length - graded.length,
    citationPrecision: cited === 0 ? null : good / cited,
  };
}

function usesGold(gold: ReadonlySet<number>, c: LabelVector, R: LabelMatrix): boolean {
  return c.some((label, i) => entails(label) && [...gold].some((j) => R[i]?.[j] === "Entailment"));
}

function countCitations({ citations, context, gold }: ReaderCase, R: LabelMatrix): { all: number; good: number } {
  const different = [...new Set(citations)];
  const good = different.filter((id) =>
    [...gold].some((j) => context[j]?.chunkId === id && R.some((row) => row[j] === "Entailment")),
  );
  return { all: different.length, good: good.length };
}
