import type { MachineClock } from "#src/models/machine-clock";
import type { Pair } from "#src/release/events";

/** A long evaluation of what is no longer live would only cost: it is looked at so often. */
const LOOK_EVERY_MS = 30_000;

export type PointerWatch = {
  /** Aborted when something else went live. */
  readonly moved: AbortSignal;
  /** What went live; `nothing`; null: it did not move. */
  now(): Pair | "nothing" | null;
  /** Looks, if the last time is long enough ago; waits for nothing. */
  look(): void;
  lookNow(): Promise<void>;
};

/** Watches whether `pair` stays what is live. A store that doesn't answer between is asked again later; `lookNow` throws what it throws. */
export function watchPointer(deps: {
  readonly live: () => Promise<Pair | null>;
  readonly pair: Pair;
  readonly clock: Pick<MachineClock, "now">;
}): PointerWatch {
  const { live, pair, clock } = deps;
  const moved = new AbortController();
  let other: Pair | "nothing" | null = null;
  let looked = clock.now();
  let looking = false;
  async function lookNow(): Promise<void> {
    const active = await live();
    if (active?.run === pair.run && active.config === pair.config) return;
    other = active ?? "nothing";
    moved.abort(new Error("something else went live"));
  }
  return {
    moved: moved.signal,
    now: () => other,
    look() {
      if (looking || clock.now() - looked < LOOK_EVERY_MS) return;
      looking = true;
      looked = clock.now();
      void lookNow()
        .catch(() => undefined)
        .finally(() => {
          looking = false;
        });
    },
    lookNow,
  };
}
