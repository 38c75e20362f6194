import { createHash } from "node:crypto";

/** So many parts; each is tested once, with what the others chose. */
export const FOLDS = 5;
/** What the parts are dealt out by, and what evidence names. */
export const SEED = 7;

/**
 * The part that each group of questions belongs to, from 0: dealt out in the order of SHA-256 over seed and the group's name, so that parts hold
 * equally many groups and are the same on every machine.
 */
export function foldsOf(names: readonly string[], seed: number): readonly number[] {
  const keys = names.map((name) => createHash("sha256").update(`${seed}/${name}`).digest("hex"));
  const order = [...names.keys()].sort((a, b) => ((keys[a] ?? "") < (keys[b] ?? "") ? -1 : 1));
  const folds = new Array<number>(names.length).fill(0);
  for (const [place, index] of order.entries()) folds[index] = place % FOLDS;
  return folds;
}
