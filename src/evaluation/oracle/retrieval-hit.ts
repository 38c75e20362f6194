import type { GoldCase, Passage, Verdict } from "#src/evaluation/oracle/gold";
import { findGold } from "#src/evaluation/oracle/gold-evidence";

/** Below this share of labelled cases the hit rate says little about the others. */
export const LEAST_LABELLED = 0.8;

/** What became of one answerable case. */
export type RetrievalCase = {
  readonly gold: GoldCase;
  /** From `isLabelled`: whether the evidence is in the documents at all. */
  readonly labelled: boolean;
  readonly run: string;
  /** Before any clamp, rerank or deduplication, and after all of them; best first. Null: it was not answered. */
  readonly snapshot: readonly Passage[] | null;
  readonly context: readonly Passage[] | null;
};

export type RetrievalHit = {
  /** Shares of the labelled, answered cases, 0 to 1; null without any. */
  readonly prefilter: number | null;
  readonly postfilter: number | null;
  /** Answerable cases; those of them that are labelled; those of these that were answered. */
  readonly answerable: number;
  readonly labelled: number;
  readonly answered: number;
  readonly unlabelledIds: readonly string[];
  /** Labelled cases whose evidence was not retrieved, and those whose evidence was filtered away. */
  readonly missedIds: readonly string[];
  readonly filteredAwayIds: readonly string[];
  /** `inconclusive`: too few are labelled, or too few of them were answered, to be judged; `pass`: the shares can be used. */
  readonly verdict: Exclude<Verdict, "fail">;
};

/**
 * oracle_retrieval_hit: the share of answerable, labelled cases for which gold evidence was retrieved, before filtering (prefilter)
 * and in what the reader got (postfilter). Negatives are no cases here.
 */
export function retrievalHit(cases: readonly RetrievalCase[]): RetrievalHit {
  const answerable = cases.filter(({ gold }) => gold.answerable);
  const labelled = answerable.filter((each) => each.labelled);
  const judged = labelled.flatMap(({ gold, run, snapshot, context }) => {
    if (snapshot === null || context === null) return [];
    return [{ id: gold.id, pre: findGold(gold, run, snapshot).size > 0, post: findGold(gold, run, context).size > 0 }];
  });
  const share = (hits: number) => (judged.length === 0 ? null : hits / judged.length);
  const enough =
    answerable.length > 0 &&
    labelled.length >= LEAST_LABELLED * answerable.length &&
    judged.length >= LEAST_LABELLED * labelled.length;
  return {
    prefilter: share(judged.filter(({ pre }) => pre).length),
    postfilter: share(judged.filter(({ post }) => post).length),
    answerable: answerable.length,
    labelled: labelled.length,
    answered: judged.length,
    unlabelledIds: answerable.filter((each) => !each.labelled).map(({ gold }) => gold.id),
    missedIds: judged.filter(({ pre }) => !pre).map(({ id }) => id),
    filteredAwayIds: judged.filter(({ pre, post }) => pre && !post).map(({ id }) => id),
    verdict: enough ? "pass" : "inconclusive",
  };
}

/**
 * The best passages that fit a budget of tokens: two arms are compared over snapshots of the same budget, or the longer one wins.
 * `tokensOf`: as the services count.
 */
export function withinBudget<P>(passages: readonly P[], budget: number, tokensOf: (passage: P) => number): P[] {
  let used = 0;
  return passages.filter((passage) => {
    used += tokensOf(passage);
    return used <= budget;
  });
}
