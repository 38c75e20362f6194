import { type CaseFigures, meanFigure } from "#src/operations/nudges/figures";

/** How much worse a figure that isn't searched for may get. */
const HIT_POINTS = 0.01;
const TOKENS_RATIO = 1.1;
const DOCUMENTS_RATIO = 0.8;

/** The bars in words. */
export const GUARDS =
  "the share of questions with any gold evidence in the context falls by more than 1 point, the tokens in it grow by more than 10 %, or the documents in it fall by more than 20 %";

/** What gets worse beyond its bar, a clause each; empty: nothing does. */
export function guardBreaches(was: readonly CaseFigures[], becomes: readonly CaseFigures[]): readonly string[] {
  const both = (of: (each: CaseFigures) => number): readonly [number, number] => [
    meanFigure(was, of),
    meanFigure(becomes, of),
  ];
  const [hit, newHit] = both((each) => each.hit);
  const [tokens, newTokens] = both((each) => each.tokens);
  const [documents, newDocuments] = both((each) => each.documents);
  return [
    ...(hit - newHit > HIT_POINTS + 1e-9
      ? [`any gold evidence is in the context of ${percent(newHit)} of the questions instead of ${percent(hit)}`]
      : []),
    ...(newTokens > TOKENS_RATIO * tokens
      ? [`the context takes ${newTokens.toFixed(0)} tokens instead of ${tokens.toFixed(0)}`]
      : []),
    ...(newDocuments < DOCUMENTS_RATIO * documents
      ? [`the context holds ${newDocuments.toFixed(1)} documents instead of ${documents.toFixed(1)}`]
      : []),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
