import type { Observation } from "#src/canary/observation";
import { slosSchema } from "#src/config/slos-config";
import { toSloPolicy } from "#src/config/to-slo-policy";
import { type Adding, addFigures, type Path } from "#src/operations/slo/figures";
import type { Finding, ScoredQuestion, SloInputs, TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import { SILENT } from "#test/canary/silent";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const SLOT = 5 * 60_000;
/** On a whole hour. */
export const NOW = Date.UTC(2026, 5, 29, 12);

/** Numbers in [0, 1) that look like chance, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The policy of a service that says this under `slos`. */
export const policyOf = (slos: object = {}): SloPolicy => toSloPolicy({ slos: slosSchema.parse(slos) });

let traces = 0;
/** A request that was answered in a second, unless something else is said. */
export const request = (at: number, said: Partial<Observation> = {}): Observation => ({
  ...SILENT,
  arm: "canary",
  latency: 1,
  at,
  traceId: `t-${traces++}`,
  ...said,
});

/** Requests added up as the roll-up adds them: by the hour, and by five minutes. */
export function addUp(requests: Iterable<Observation>, path: Path = "user") {
  const by = { hours: new Map<number, Adding>(), slots: new Map<number, Adding>() };
  for (const each of requests) {
    for (const [map, size] of [
      [by.hours, HOUR],
      [by.slots, SLOT],
    ] as const) {
      const from = Math.floor(each.at / size) * size;
      const adding = map.get(from) ?? addFigures();
      if (!map.has(from)) map.set(from, adding);
      adding.observe(each);
    }
  }
  const timed = (map: ReadonlyMap<number, Adding>): TimedFigures[] =>
    [...map].sort(([a], [b]) => a - b).map(([from, adding]) => ({ from, path, figures: adding.sum() }));
  return { hours: timed(by.hours), slots: timed(by.slots) };
}

/** Evenly spread requests, `perHour` of them, from `from` on; `said`: what each says besides. */
export function* steady(
  from: number,
  hours: number,
  perHour: number,
  said: (index: number, at: number) => Partial<Observation> = () => ({}),
): Generator<Observation> {
  for (let index = 0; index < hours * perHour; index++) {
    const at = from + ((index + 0.5) / perHour) * HOUR;
    yield request(at, said(index, at));
  }
}

export const NOTHING_ASKED: SloInputs["evaluations"] = { asked: 0, hardTimeouts: 0, ofCandidates: 0, uncounted: null };

const unknown: Finding = { verdict: "inconclusive", says: "Nobody looked.", events: 0, bad: 0 };

/** Inputs of which only the named ones are known. */
export const inputsOf = (known: Partial<SloInputs>): SloInputs => ({
  hours: [],
  slots: [],
  questions: [],
  evaluations: NOTHING_ASKED,
  devSet: unknown,
  promptAudit: unknown,
  fewShotLeakage: unknown,
  auditTrail: unknown,
  ...known,
});

export const questions = (score: ScoredQuestion["score"], n: number, good: number): ScoredQuestion[] =>
  Array.from({ length: n }, (_, index) => ({ score, value: index < good ? 1 : 0 }));
