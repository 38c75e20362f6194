import { calledFor } from "#src/operations/smoke/call-people";
import {
  type CheckVerdict,
  type EarlierRun,
  type EarlierSmokes,
  isBroken,
  type SmokeComparison,
  type SmokeSuite,
} from "#src/operations/smoke/suites";

/**
 * This run beside the last green one, in which by definition nothing was broken, and beside the run before it (`last`), which says
 * what is new. A check that the run before did not look at, or was not there, is new when it is broken; one that fails is where it didn't fail.
 */
export function compareSmoke(
  suites: readonly SmokeSuite[],
  { green, last }: Pick<EarlierSmokes, "green" | "last">,
  stopped: string | null = null,
): SmokeComparison {
  const before = namesOf(last?.suites ?? [], isBroken);
  const failed = namesOf(last?.suites ?? [], isFail);
  const now = namesOf(suites, isBroken);
  const failing = namesOf(suites, isFail);
  const isOld = (name: string) => before.includes(name) && (failed.includes(name) || !failing.includes(name));
  const newlyBroken = now.filter((name) => !isOld(name));
  const passed = new Set(namesOf(suites, (verdict) => verdict === "pass"));
  return {
    green: green === null ? null : { operation: green.operation, number: green.number, at: green.at },
    newlyBroken,
    brokenAlready: now.filter(isOld),
    mended: before.filter((name) => passed.has(name)),
    called: calledFor(newlyBroken, stopped, last),
  };
}

const isFail = (verdict: CheckVerdict): boolean => verdict === "fail";

const namesOf = (suites: readonly SmokeSuite[], are: (verdict: CheckVerdict) => boolean): readonly string[] =>
  suites.flatMap(({ id, checks }) => checks.filter(({ verdict }) => are(verdict)).map((check) => `${id}/${check.id}`));

/** A fact that a suite left for the next run; null where it left none. */
export function factOf(run: EarlierRun | null, suite: SmokeSuite["id"], fact: string): string | number | null {
  const facts = run?.suites.find(({ id }) => id === suite)?.facts;
  return facts !== undefined && Object.hasOwn(facts, fact) ? (facts[fact] ?? null) : null;
}
