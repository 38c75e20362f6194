import type { CanaryState } from "#src/canary/canary-state";
import { digestOf } from "#src/release/hash";

/** JSON knows no Infinity and no NaN, and would write null for them: they are kept as objects with this one key. */
const KEY = "$number";

/** As JSON that `unpack` reads back to the same value, numbers that JSON can't say included. */
export const pack = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && !Number.isFinite(each) ? { [KEY]: String(each) } : each,
  );

/** What `pack` wrote. Of whichever type the caller knows it to be: only this program writes it. */
export const unpack = (text: string) =>
  // Asked about each of ten thousand numbers, the second one takes ten times as long; hardly any state needs it.
  text.includes(KEY) ? JSON.parse(text, revive) : JSON.parse(text);

const revive = (_: string, each: unknown) =>
  typeof each === "object" && each !== null && KEY in each ? Number(each[KEY]) : each;

/** SHA-256 over the canonical form of a state and the bucket that was closed last. */
export const stateDigest = (state: CanaryState): string =>
  digestOf({ bucket: state.closed, state: JSON.parse(pack(state)) });
