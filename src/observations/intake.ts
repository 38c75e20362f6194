import type { StoreRows } from "#src/observations/group-writes";
import type { IntakeCounts, Source } from "#src/observations/intake-counts";
import { type Entry, type Problem, prepareRows, type Tally, tallyOf } from "#src/observations/prepare-rows";

export type Taken = { readonly tally: Tally; readonly problems: readonly Problem[] };

/** Checks and stores what came for a service. Resolves when it is durable; rejects when nothing of it was stored. */
export type TakeEntries = (service: string, source: Source, entries: Iterable<Entry>) => Promise<Taken>;

/** `now`: domain time. */
export function createIntake(deps: {
  readonly store: StoreRows;
  readonly now: () => number;
  readonly lateAfterMs: number;
  readonly counts: IntakeCounts;
}): TakeEntries {
  const { store, now, lateAfterMs, counts } = deps;
  return async (service, source, entries) => {
    const at = now();
    const prepared = await prepareRows(service, entries, { now: at, lateAfterMs });
    const fresh = prepared.rows.length === 0 ? [] : await store(prepared.rows);
    const tally = tallyOf(prepared, fresh, at);
    counts.add(service, source, tally);
    return { tally, problems: prepared.problems };
  };
}
