import { type Caveat, caveatsOf, notComparable } from "#src/evaluation/compare/caveats";
import { compareLatency, type LatencyComparison } from "#src/evaluation/compare/compare-latency";
import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { gain, MEASURES, type Measure } from "#src/evaluation/compare/measures";
import { type CasePair, pairCases, type Unpaired, valuePairs } from "#src/evaluation/compare/pair-cases";
import { type PairedDifference, pairedDifference } from "#src/evaluation/compare/paired-difference";
import { type Margins, type Standing, shiftOf, standingOf } from "#src/evaluation/compare/standings";
import { UNTAGGED } from "#src/evaluation/compare/tag-means";
import type { Verdict } from "#src/evaluation/oracle/gold";

export type Difference = PairedDifference & {
  readonly measure: Measure;
  /** Null for a measure that the candidate is not held to. */
  readonly standing: Standing | null;
  readonly shift: ReturnType<typeof shiftOf>;
};

/** A case that lost on a measure. */
export type Drop = {
  readonly id: string;
  readonly measure: Measure;
  readonly baseline: number;
  readonly candidate: number;
};

export type TagDifferences = {
  readonly tag: string;
  readonly cases: number;
  readonly differences: readonly Difference[];
};

export type Comparison =
  | { readonly comparable: false; readonly why: Caveat }
  | {
      readonly comparable: true;
      /** `fail`: something is proven worse. `pass`: everything that is asked is proven good enough. Else people decide. */
      readonly verdict: Verdict;
      /** The same of the answers alone, whatever the latency is: two runs of different hours are no control of that for each other. */
      readonly answers: Verdict;
      readonly margins: Margins;
      /** What makes the whole comparison inconclusive, whatever the numbers are. */
      readonly caveats: readonly Caveat[];
      readonly differences: readonly Difference[];
      readonly latency: LatencyComparison;
      readonly unpaired: readonly Unpaired[];
      /** The cases that lost most, worst first. */
      readonly drops: readonly Drop[];
      readonly byTag: readonly TagDifferences[];
    };

/** By which measures cases are told to have lost, and tags are compared. */
export const HEADLINES: readonly Measure[] = [
  "f1",
  "faithfulness",
  "oracle_retrieval_hit_prefilter",
  "correct_refusal",
];
export const WORST_CASES = 10;

/**
 * Two runs, case by case. Runs of different services or evaluator epochs are not compared at all. Means are over the pairs alone, so
 * they may differ from those of the whole runs. By tag the intervals are not corrected for looking at many: one in twenty misses.
 */
export function compareRuns(baseline: EvaluatedRun, candidate: EvaluatedRun, margins: Margins): Comparison {
  const why = notComparable(baseline.record, candidate.record);
  if (why !== null) return { comparable: false, why };
  const { pairs, unpaired } = pairCases(baseline, candidate);
  const differences = MEASURES.map((measure) => differenceOf(pairs, measure, margins)).filter(({ n }) => n > 0);
  const latency = compareLatency(pairs, margins.latency);
  const caveats = caveatsOf(baseline, candidate, differences, margins);
  const standings = standingsOf(differences, margins);
  return {
    comparable: true,
    verdict: caveats.length > 0 ? "inconclusive" : verdictOf([...standings, latency.standing]),
    answers: caveats.length > 0 ? "inconclusive" : verdictOf(standings),
    margins,
    caveats,
    differences,
    latency,
    unpaired,
    drops: dropsOf(pairs),
    byTag: byTag(pairs, margins),
  };
}

function differenceOf(pairs: readonly CasePair[], measure: Measure, { measures }: Margins): Difference {
  const found = pairedDifference(valuePairs(pairs, measure));
  return { measure, ...found, standing: standingOf(measure, measures[measure], found), shift: shiftOf(measure, found) };
}

/** Of everything that has margins; what was not measured in both is unknown. */
const standingsOf = (differences: readonly Difference[], { measures }: Margins): readonly Standing[] =>
  MEASURES.filter((measure) => measures[measure] !== undefined).map(
    (measure) => differences.find((each) => each.measure === measure)?.standing ?? "unknown",
  );

function verdictOf(standings: readonly Standing[]): Verdict {
  if (standings.includes("breach")) return "fail";
  return standings.every((standing) => standing === "healthy") ? "pass" : "inconclusive";
}

function dropsOf(pairs: readonly CasePair[]): Drop[] {
  const drops = HEADLINES.flatMap((measure) =>
    valuePairs(pairs, measure).map(({ id, baseline, candidate }) => ({ id, measure, baseline, candidate })),
  );
  const size = ({ measure, baseline, candidate }: Drop) => gain(measure, baseline, candidate);
  // A case stands there once, by its largest drop; ties by id, so that the same runs read the same.
  const lost = drops.filter((each) => size(each) < 0).sort((a, b) => size(a) - size(b) || (a.id < b.id ? -1 : 1));
  const first = new Map<string, Drop>();
  for (const drop of lost) if (!first.has(drop.id)) first.set(drop.id, drop);
  return [...first.values()].slice(0, WORST_CASES);
}

function byTag(pairs: readonly CasePair[], margins: Margins): TagDifferences[] {
  const tagged = new Map<string, CasePair[]>();
  for (const pair of pairs) {
    const tags = pair.candidate.gold.tags;
    for (const tag of tags.length === 0 ? [UNTAGGED] : new Set(tags)) {
      const known = tagged.get(tag) ?? [];
      known.push(pair);
      tagged.set(tag, known);
    }
  }
  return [...tagged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, cases]) => ({
      tag,
      cases: cases.length,
      differences: HEADLINES.map((measure) => differenceOf(cases, measure, margins)).filter(({ n }) => n > 0),
    }));
}
