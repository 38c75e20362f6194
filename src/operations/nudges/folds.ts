import { createHash } from "node:crypto";

/** So many parts; each is tested once, with what the others chose. */
export const FOLDS = 5;
/** What the parts are dealt out by, and what evidence names. */
export const SEED = 7;

/**
 * The part that each question belongs to, from 0: dealt out in the order of SHA-256 over seed and id, so that parts are equally large and the
 * same on every machine.
 */
export function foldsOf(ids: readonly string[], seed: number): readonly number[] {
  const keys = ids.map((id) => createHash("sha256").update(`${seed}/${id}`).digest("hex"));
  const order = [...ids.keys()].sort((a, b) => ((keys[a] ?? "") < (keys[b] ?? "") ? -1 : 1));
  const folds = new Array<number>(ids.length).fill(0);
  for (const [place, index] of order.entries()) folds[index] = place % FOLDS;
  return folds;
}
