import type { SmokeCase, SmokeCheck, SmokeSuite } from "#src/operations/smoke/suites";

/** Cases of a suite that are kept; a fact of the journal must not grow with the gold file. */
export const MOST_CASES = 20;
const LONGEST_TEXT = 300;
const LONGEST_QUESTION = 160;

/** Characters that steer a terminal or turn the direction of text: answers to hostile questions may carry them. */
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** One line that the journal can hold and a terminal can show, and no longer than `longest`, said with an ellipsis. */
export function cut(text: string, longest: number = LONGEST_TEXT): string {
  const safe = text.replace(/\s+/g, " ").replace(STEERING, "\ufffd").toWellFormed();
  if (safe.length <= longest) return safe;
  return `${safe
    .slice(0, longest - 1)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}

/** The suite as it is kept: texts cut, and of all its checks together so many cases, the first of each check before the others. */
export function bounded(suite: SmokeSuite): SmokeSuite {
  const kept = fairShares(
    suite.checks.map(({ cases }) => cases.length),
    MOST_CASES,
  );
  return { ...suite, checks: suite.checks.map((check, at) => boundedCheck(check, kept[at] ?? 0)) };
}

function boundedCheck(check: SmokeCheck, most: number): SmokeCheck {
  const all = check.cases.length;
  const summary =
    all > most
      ? `${cut(check.summary, LONGEST_TEXT - 50)} The first ${most} of its ${all} cases are kept.`
      : check.summary;
  return {
    ...check,
    summary: cut(summary),
    next: cut(check.next),
    cases: check.cases.slice(0, most).map(boundedCase),
  };
}

const boundedCase = ({ id, question, says, ...scores }: SmokeCase): SmokeCase => ({
  id: cut(id, LONGEST_QUESTION),
  question: cut(question, LONGEST_QUESTION),
  says: cut(says),
  ...scores,
});

/** One each in turn until the places are given away. */
function fairShares(wanted: readonly number[], places: number): readonly number[] {
  const given = wanted.map(() => 0);
  let left = places;
  while (left > 0 && given.some((count, at) => count < (wanted[at] ?? 0))) {
    for (const [at, most] of wanted.entries()) {
      if (left === 0 || (given[at] ?? 0) >= most) continue;
      given[at] = (given[at] ?? 0) + 1;
      left -= 1;
    }
  }
  return given;
}
