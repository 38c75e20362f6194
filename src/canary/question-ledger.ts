/** Remembers for which KPIs a question has counted already: repeated, it tells nothing new about the candidate. */
export type QuestionLedger = {
  /** Whether `queryId` counts for the KPI with this place (0 to 30) now, for the first time. */
  take(queryId: string, place: number): boolean;
  /** How many different questions were seen. */
  readonly size: number;
};

/** In memory. `entries` are what an earlier one held, for whoever stores it between two buckets. */
export function questionLedger(entries: Iterable<readonly [query: string, kpis: number]> = []): QuestionLedger & {
  entries(): [query: string, kpis: number][];
} {
  const taken = new Map<string, number>(entries);
  return {
    take(queryId, place) {
      const known = taken.get(queryId) ?? 0;
      const bit = 1 << place;
      if ((known & bit) !== 0) return false;
      taken.set(queryId, known | bit);
      return true;
    },
    get size() {
      return taken.size;
    },
    entries: () => [...taken],
  };
}
