import type { GoldCase, Passage } from "#src/evaluation/oracle/gold";
import { findGold } from "#src/evaluation/oracle/gold-evidence";
import { indexOf, search } from "#src/operations/nudges/chunks/bm25";
import { estimateTokens } from "#src/operations/nudges/chunks/cut";
import { nearDuplicates } from "#src/operations/nudges/near-duplicates";

/** One chunk of some chunking of the documents. `jaccard`: a near duplicate of a better one from here on. */
export type CutChunk = Passage & { readonly jaccard: number };
export type ProxyQuestion = { readonly gold: GoldCase; readonly question: string };

/** Shares of the budget at which evidence is looked for. */
const SHARES = [0.25, 0.5, 1] as const;
/** So many budgets are filled before near duplicates are dropped. */
const SPARE = 1.5;

/**
 * For each question the share of three budgets of tokens (a quarter, half, all of it) within which the best chunks by BM25 hold its evidence,
 * 0 to 1. Budgets of tokens, not of chunks: larger chunks win nothing by being larger.
 */
export function proxyOf(
  chunks: readonly CutChunk[],
  questions: readonly ProxyQuestion[],
  budget: number,
): readonly number[] {
  const index = indexOf(chunks.map(({ text }) => text));
  const tokens = chunks.map(({ text }) => estimateTokens(text));
  return questions.map(({ gold, question }) => {
    const ranked = distinct(best(search(index, question), chunks, tokens, SPARE * budget));
    const holds = (share: number): boolean => {
      let used = 0;
      const passages = ranked.flatMap(({ at, chunk }) => {
        used += tokens[at] ?? 0;
        return used <= share * budget ? [chunk] : [];
      });
      return findGold(gold, "", passages).size > 0;
    };
    // What the whole budget doesn't hold, no part of it does.
    return holds(1) ? SHARES.filter((share) => share === 1 || holds(share)).length / SHARES.length : 0;
  });
}

type Ranked = { readonly at: number; readonly chunk: CutChunk };

/** The best chunks that together fill so many tokens. */
function best(
  order: readonly number[],
  chunks: readonly CutChunk[],
  tokens: readonly number[],
  most: number,
): readonly Ranked[] {
  const ranked: Ranked[] = [];
  let used = 0;
  for (const at of order) {
    const chunk = chunks[at];
    used += tokens[at] ?? 0;
    if (chunk === undefined || used > most) break;
    ranked.push({ at, chunk });
  }
  return ranked;
}

function distinct(ranked: readonly Ranked[]): readonly Ranked[] {
  const texts = ranked.map(({ chunk }) => chunk);
  const near = new Map<number, (a: number, b: number) => boolean>();
  const kept: number[] = [];
  for (const [place, { chunk }] of ranked.entries()) {
    const isNear = near.get(chunk.jaccard) ?? nearDuplicates(texts, chunk.jaccard);
    near.set(chunk.jaccard, isNear);
    if (!kept.some((better) => isNear(better, place))) kept.push(place);
  }
  return kept.flatMap((place) => ranked[place] ?? []);
}
