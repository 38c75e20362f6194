import { ARMS, type Arm } from "#src/canary/observation";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { Pair } from "#src/release/events";

/** One question to be asked of both arms. */
export type PlannedProbe = { readonly question: string; readonly gold: GoldQuestion; readonly firstArm: Arm };

/** Longer ids go by their hash: a trace's id and a question's hold 1,000 characters. */
const LONGEST_NAME = 500;

/** How a question is called in observations. */
export const probeName = ({ id }: GoldQuestion): string => (id.length <= LONGEST_NAME ? id : sha256(id));

/**
 * Questions whose answers can be scored. One that the documents don't answer has no score that compares with gold: asked nevertheless,
 * it would count as one that the judge failed on.
 */
export const canBeProbed = ({ answerable }: GoldQuestion): boolean => answerable;

/**
 * The questions in the order in which a canary asks them, and of each the arm that is asked first. By chance, so that neither the file's
 * order nor the second place favours an arm; drawn from the canary's id, so that every process draws the same.
 */
export function planProbes(canary: string, questions: readonly GoldQuestion[]): readonly PlannedProbe[] {
  const draw = (what: string, { id }: GoldQuestion) => sha256(canonicalJson([canary, what, id]));
  return questions
    .filter(canBeProbed)
    .map((gold) => ({ gold, place: draw("place", gold) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ gold }) => ({
      question: probeName(gold),
      gold,
      firstArm: ARMS[Number.parseInt(draw("first", gold).slice(0, 2), 16) % 2] ?? "baseline",
    }));
}

/**
 * The question with evidence that counts on both runs alike. Chunk ids mean something on the run that they were labelled on only: one arm
 * would be held to them, the other to words, and the two compared.
 */
export function comparableGold(gold: GoldQuestion, pairs: readonly Pair[]): GoldQuestion {
  const onAll = pairs.every(({ run }) => gold.chunks?.run === run);
  return onAll ? gold : { ...gold, chunks: null };
}
