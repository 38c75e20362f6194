import type { Arm, Observation, Score } from "#src/canary/observation";
import { needsGold } from "#src/canary/observation";

/** What should have been graded, and what the judge gave nothing for: with a question's id (probes), and without (live traffic). */
type Due = { due: number; missing: number };
export type Graded = { baseline: { asked: Due; live: Due }; canary: { asked: Due; live: Due } };

const nothing = (): { asked: Due; live: Due } => ({ asked: { due: 0, missing: 0 }, live: { due: 0, missing: 0 } });
export const newGraded = (): Graded => ({ baseline: nothing(), canary: nothing() });

/** Above this share of an arm's answers without a score the others don't stand for them. */
export const MOST_UNGRADED = 0.05;
/** Arms that are further apart than this were not measured alike. */
export const MOST_UNGRADED_APART = 0.02;
/** Shares are quotients: 0.07 − 0.05 is not to be more than 0.02. */
const ROUNDING = 1e-12;

/**
 * Counts whether an observation has the score. A failure of the system under test has one, the worst. A score that compares with gold is due
 * of all questions alike; one that doesn't is sampled, so it is due only where it is mentioned.
 */
export function countGraded(graded: Graded, observation: Observation, score: Score): void {
  const { arm, queryId, failed, scores } = observation;
  if (!needsGold(score) && scores[score] === undefined) return;
  const due = graded[arm][queryId === null ? "live" : "asked"];
  due.due++;
  if (!failed && (scores[score] ?? null) === null) due.missing++;
}

/**
 * The share of an arm without a score; null when nothing was due. Traffic of which nothing is graded on either arm is none to grade; where
 * that is all there is, the KPI has no pairs, which says enough.
 */
export function ungradedShare(graded: Graded, arm: Arm): number | null {
  const kinds = (["asked", "live"] as const).filter((kind) =>
    (["baseline", "canary"] as const).some((each) => graded[each][kind].due > graded[each][kind].missing),
  );
  const due = kinds.reduce((sum, kind) => sum + graded[arm][kind].due, 0);
  const missing = kinds.reduce((sum, kind) => sum + graded[arm][kind].missing, 0);
  return due === 0 ? null : missing / due;
}

/** Why the grades can't be relied on; null when they can. */
export function ungradedProblem(graded: Graded, what: string): string | null {
  const [baseline, canary] = [ungradedShare(graded, "baseline"), ungradedShare(graded, "canary")];
  for (const [arm, share] of [
    ["baseline", baseline],
    ["canary", canary],
  ] as const) {
    if (share !== null && share > MOST_UNGRADED + ROUNDING)
      return `${percent(share)} of the ${arm}'s answers have no ${what}: above ${percent(MOST_UNGRADED)} the others don't stand for them`;
  }
  if (baseline === null || canary === null || Math.abs(baseline - canary) <= MOST_UNGRADED_APART + ROUNDING)
    return null;
  return `${percent(baseline)} of the baseline's answers have no ${what} and ${percent(canary)} of the canary's: more than 2 points apart, the arms were not measured alike`;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
