import { type EarlierRun, type SmokeComparison, type SmokeResult, verdictOf } from "#src/operations/smoke/suites";
import type { Instant } from "#src/release/policy";

/** What fails is told to people anew after so long. */
const WEEK = 7 * 24 * 60 * 60 * 1000;

/**
 * Whether a run that ended `at` calls people: when something is new, and a week after they were called for what still fails. What only can't
 * be told calls once.
 */
export function callsPeople(result: SmokeResult, at: Instant): boolean {
  const verdict = verdictOf(result);
  if (verdict === "pass") return false;
  const { called } = result.compared;
  return called === null || (verdict === "fail" && at - called.at >= WEEK);
}

/** The run that called people for what is broken now; null: none did, for something is new. */
export function calledFor(
  newlyBroken: readonly string[],
  stopped: string | null,
  last: EarlierRun | null,
): SmokeComparison["called"] {
  const isNew = newlyBroken.length > 0 || (stopped !== null && last?.stopped !== true);
  return isNew || last === null ? null : last.called;
}
