import { type EvaluatedRun, missingShare } from "#src/evaluation/compare/evaluated-run";
import type { Measure } from "#src/evaluation/compare/measures";
import { FEWEST_PAIRS } from "#src/evaluation/compare/paired-difference";
import type { Margins } from "#src/evaluation/compare/standings";
import { MOST_MISSING } from "#src/evaluation/oracle/quality-floors";
import type { RunRecord } from "#src/evaluation/run/run-record";

/** Why a comparison can't be relied on. `kind` is stable; the sentence says what it means and what to do. */
export type Caveat = { readonly kind: string; readonly sentence: string };

/** Arms that differ by more than this in what is missing were not measured alike. */
export const MOST_MISSING_APART = 0.02;

/** Why two runs must not be compared at all; null when they may. */
export function notComparable(baseline: RunRecord, candidate: RunRecord): Caveat | null {
  const [a, b] = [baseline.plan, candidate.plan];
  if (a.service !== b.service) {
    return {
      kind: "other-service",
      sentence: `${baseline.id} is of ${a.service}, ${candidate.id} of ${b.service}: two services can't be compared. Name two runs of one service.`,
    };
  }
  if (a.epoch.id !== b.epoch.id) {
    return {
      kind: "other-epoch",
      sentence:
        `${baseline.id} was graded by ${a.epoch.judge.asked} in epoch ${short(a.epoch.id)}, ${candidate.id} by ${b.epoch.judge.asked} in epoch ` +
        `${short(b.epoch.id)}: another judge, prompt or way to check moves every number. Grade the baseline anew: golive eval baseline regrade.`,
    };
  }
  return null;
}

/** What makes a comparison inconclusive, whatever its numbers are. */
export function caveatsOf(
  baseline: EvaluatedRun,
  candidate: EvaluatedRun,
  differences: readonly { readonly measure: Measure; readonly n: number }[],
  margins: Margins,
): Caveat[] {
  return [
    ...unfinished("baseline", baseline),
    ...unfinished("candidate", candidate),
    ...otherGold(baseline.record, candidate.record),
    ...missing("baseline", baseline),
    ...missing("candidate", candidate),
    ...missingApart(baseline, candidate),
    ...tooFewPairs(differences, margins),
  ];
}

function unfinished(arm: string, { record }: EvaluatedRun): Caveat[] {
  if (record.state === "finished") return [];
  const because = record.reason === null ? "" : ` (${record.reason})`;
  return [
    {
      kind: `${arm}:not-finished`,
      sentence: `The ${arm} ${record.id} is ${record.state}${because}: what it lacks might have changed the result.`,
    },
  ];
}

function otherGold(baseline: RunRecord, candidate: RunRecord): Caveat[] {
  const [a, b] = [baseline.plan.gold, candidate.plan.gold];
  if (a.sha256 === b.sha256) return [];
  return [
    {
      kind: "other-gold-file",
      sentence:
        `The gold files differ: ${a.file} (${short(a.sha256)}) and ${b.file} (${short(b.sha256)}). Only cases with the same question and ` +
        "gold in both are compared, and they are no sample of either. Run the baseline again on the present file.",
    },
  ];
}

function missing(arm: string, run: EvaluatedRun): Caveat[] {
  const share = missingShare(run);
  if (share === null) return [{ kind: `${arm}:empty`, sentence: `The ${arm} ${run.record.id} has no cases.` }];
  if (share <= MOST_MISSING) return [];
  return [
    {
      kind: `${arm}:missing`,
      sentence: `${percent(share)} of the ${arm}'s cases have no score; above ${percent(MOST_MISSING)} the others don't stand for them. Run it again.`,
    },
  ];
}

function missingApart(baseline: EvaluatedRun, candidate: EvaluatedRun): Caveat[] {
  const [a, b] = [missingShare(baseline), missingShare(candidate)];
  if (a === null || b === null || Math.abs(a - b) <= MOST_MISSING_APART + 1e-12) return [];
  return [
    {
      kind: "missing-apart",
      sentence:
        `${percent(a)} of the baseline's cases have no score and ${percent(b)} of the candidate's: more than ${MOST_MISSING_APART * 100} points ` +
        "apart, the two were not measured alike. Find out why cases are missing, then run the worse one again.",
    },
  ];
}

function tooFewPairs(
  differences: readonly { readonly measure: Measure; readonly n: number }[],
  { measures }: Margins,
): Caveat[] {
  const asked = Object.keys(measures);
  const few = asked.flatMap((measure) => {
    const n = differences.find((each) => each.measure === measure)?.n ?? 0;
    return n < FEWEST_PAIRS ? [`${measure} ${n}`] : [];
  });
  if (few.length === 0) return [];
  return [
    {
      kind: "too-few-pairs",
      sentence: `Too few cases have a value in both runs (${few.join(", ")}; at least ${FEWEST_PAIRS} are needed), so nothing is proven about these.`,
    },
  ];
}

export const short = (hash: string): string => hash.slice(0, 8);
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
