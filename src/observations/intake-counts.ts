import type { Tally } from "#src/observations/prepare-rows";

/** How observations come in. */
export const SOURCES = ["ndjson", "otlp", "poll"] as const;
export type Source = (typeof SOURCES)[number];

export type Counted = { readonly service: string; readonly source: Source; readonly tally: Tally };

/** What this process has taken since it began, for /metrics. */
export interface IntakeCounts {
  add(service: string, source: Source, tally: Tally): void;
  /** A request was answered with this status. */
  answered(status: number): void;
  tallies(): readonly Counted[];
  answers(): ReadonlyMap<number, number>;
}

export function createIntakeCounts(): IntakeCounts {
  const tallies = new Map<string, Counted>();
  const answers = new Map<number, number>();
  return {
    add(service, source, tally) {
      const key = `${service}/${source}`;
      const before = tallies.get(key)?.tally ?? { accepted: 0, duplicate: 0, refused: 0, late: 0 };
      const sum = {
        accepted: before.accepted + tally.accepted,
        duplicate: before.duplicate + tally.duplicate,
        refused: before.refused + tally.refused,
        late: before.late + tally.late,
      };
      tallies.set(key, { service, source, tally: sum });
    },
    answered: (status) => void answers.set(status, (answers.get(status) ?? 0) + 1),
    tallies: () => [...tallies.values()],
    answers: () => answers,
  };
}
