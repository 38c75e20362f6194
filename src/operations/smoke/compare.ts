import { type EarlierRun, isBroken, type SmokeComparison, type SmokeSuite } from "#src/operations/smoke/suites";

/**
 * This run beside the last green one, in which by definition nothing was broken, and beside the run before it (`last`), which says
 * what is new. A check that the run before did not look at, or was not there, is new when it is broken.
 */
export function compareSmoke(
  suites: readonly SmokeSuite[],
  { green, last }: { readonly green: EarlierRun | null; readonly last: EarlierRun | null },
): SmokeComparison {
  const before = brokenIn(last?.suites ?? []);
  const now = brokenIn(suites);
  const passed = new Set(
    suites.flatMap(({ id, checks }) =>
      checks.filter(({ verdict }) => verdict === "pass").map((check) => `${id}/${check.id}`),
    ),
  );
  return {
    green: green === null ? null : { operation: green.operation, number: green.number, at: green.at },
    newlyBroken: now.filter((name) => !before.includes(name)),
    brokenAlready: now.filter((name) => before.includes(name)),
    mended: before.filter((name) => passed.has(name)),
  };
}

const brokenIn = (suites: readonly SmokeSuite[]): readonly string[] =>
  suites.flatMap(({ id, checks }) =>
    checks.filter(({ verdict }) => isBroken(verdict)).map((check) => `${id}/${check.id}`),
  );

/** A fact that a suite left for the next run; null where it left none. */
export function factOf(run: EarlierRun | null, suite: SmokeSuite["id"], fact: string): string | number | null {
  const facts = run?.suites.find(({ id }) => id === suite)?.facts;
  return facts !== undefined && Object.hasOwn(facts, fact) ? (facts[fact] ?? null) : null;
}
