import {
  isBroken,
  type SmokeCheck,
  type SmokeResult,
  type SmokeSuite,
  type SuiteId,
  verdictOf,
} from "#src/operations/smoke/suites";
import type { Verdict } from "#src/release/events";

export type BrokenCheck = { readonly suite: SuiteId; readonly check: SmokeCheck; readonly isNew: boolean };

const ORDER: readonly Verdict[] = ["fail", "error", "inconclusive"];

/** What somebody has to look at, the worst first; of what is equally bad what is new, then in the order of the suites. */
export function brokenChecks({ suites, compared }: SmokeResult): readonly BrokenCheck[] {
  const rank = ({ check }: BrokenCheck) => (check.verdict === "not-applicable" ? 9 : ORDER.indexOf(check.verdict));
  return suites
    .flatMap(({ id, checks }) =>
      checks
        .filter(({ verdict }) => isBroken(verdict))
        .map((check) => ({ suite: id, check, isNew: compared.newlyBroken.includes(`${id}/${check.id}`) })),
    )
    .sort((a, b) => rank(a) - rank(b) || Number(b.isNew) - Number(a.isNew));
}

export const countsOf = ({ suites }: Pick<SmokeResult, "suites">) => {
  const all = suites.flatMap(({ checks }) => checks.map(({ verdict }) => verdict));
  return {
    passed: all.filter((verdict) => verdict === "pass").length,
    looked: all.filter((verdict) => verdict !== "not-applicable").length,
    leftOut: all.filter((verdict) => verdict === "not-applicable").length,
  };
};

const SAYS: Readonly<Record<Exclude<Verdict, "pass">, string>> = {
  fail: "failed",
  error: "could not run",
  inconclusive: "could not tell",
};

/** The run in one sentence. */
export function smokeSummary(result: SmokeResult): string {
  if (result.stopped !== null) return result.stopped;
  const { passed, looked, leftOut } = countsOf(result);
  const apart = leftOut === 0 ? "" : `, ${leftOut} not applicable`;
  const verdict = verdictOf(result);
  if (verdict === "pass") return `Smoke ${passed}/${looked} green${apart}.`;
  if (looked === 0) return `Smoke: nothing was looked at${apart}.`;
  const broken = brokenChecks(result);
  const [first] = broken;
  const which = first === undefined ? "" : ` ${first.suite}/${first.check.id} ${sayVerdict(first.check)}`;
  const more = broken.length > 1 ? ` and ${broken.length - 1} more` : "";
  return `Smoke ${passed}/${looked} green${apart}:${which}${more}.`;
}

export const sayVerdict = ({ verdict }: Pick<SmokeCheck, "verdict">): string =>
  verdict === "pass" || verdict === "not-applicable" ? verdict.replace("-", " ") : SAYS[verdict];

/** The command that shows every case of a suite, also those that its result doesn't keep. */
export const everyCase = ({ id, facts: { evaluation } }: Pick<SmokeSuite, "id" | "facts">): string =>
  typeof evaluation === "string"
    ? `golive eval report ${evaluation} --out report.html`
    : `golive smoke --suite ${id} --json`;

/** What it means that a check of this suite is broken, for somebody who is woken by it. */
export const MEANS: Readonly<Record<SuiteId, string>> = {
  "ops-health": "something under the live system is not as a go-live demands",
  "db-workflows": "an ingestion might not work now; answers are not touched by that",
  "rag-qa": "people may be getting worse answers than before",
  "meta-ops": "Golive's own figures can't be relied on until this is mended",
  negatives: "the service answers what it must not, or can be brought down by a question",
};

/** What to do first. */
export const DO: Readonly<Record<SuiteId, string>> = {
  "ops-health": "`golive health` runs the gates again",
  "db-workflows": "`golive smoke --suite db-workflows` runs it again",
  "rag-qa": "read the cases; if answers are bad, `/rollback`",
  "meta-ops": "`golive audit verify`, and don't decide by figures until then",
  negatives: "`golive smoke --suite negatives` runs it again",
};
