import type { Refusal } from "#src/release/refusals";

const MINUTE_MS = 60_000;
const PAUSES_MS: readonly number[] = [1, 2, 5, 10, 15].map((minutes) => minutes * MINUTE_MS);

/** Milliseconds from the end of a rollback that could not move the pointer to the next, after so many (1 at least); the last goes on without end. */
export const retryAfterMs = (refused: number): number => PAUSES_MS[refused - 1] ?? PAUSES_MS.at(-1) ?? 0;

const HOPELESS: ReadonlySet<Refusal["kind"]> = new Set(["target-damaged", "config-gone", "nothing-before"]);

/** Whether only people can mend it, so that nobody is to be kept waiting for Golive. */
export const isHopeless = ({ kind }: Refusal): boolean => HOPELESS.has(kind);
