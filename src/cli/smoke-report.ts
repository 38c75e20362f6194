import { duration } from "#src/cli/health-report";
import { HANG, pair, row } from "#src/cli/release-text";
import { snakeCased } from "#src/cli/snake-cased";
import { iso, utc } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";
import {
  type CheckVerdict,
  isBroken,
  type SmokeCase,
  type SmokeCheck,
  type SmokeComparison,
  type SmokeResult,
  type SmokeSuite,
  verdictOf,
} from "#src/operations/smoke/suites";
import { everyCase, smokeSummary } from "#src/operations/smoke/words";

/** Cases of a check that are shown; the others are a command away. */
const MOST_SHOWN = 5;

const word = (verdict: CheckVerdict): string => verdict.replace("-", " ");

/** For a terminal of 100 columns. Ends with a line break. */
export function smokeText(service: string, result: SmokeResult): string {
  const lines = [
    ...wrap("", `${service}: smoke of ${pair(result.live)}`),
    ...result.suites.flatMap(suiteLines),
    "",
    ...wrap("", smokeSummary(result)),
    ...comparisonLines(result.compared),
  ];
  return `${lines.join("\n")}\n`;
}

function suiteLines(suite: SmokeSuite): string[] {
  const { id, verdict, milliseconds, checks } = suite;
  return [
    "",
    `${id}: ${word(verdict)} (${duration(milliseconds)})`,
    ...checks.flatMap((check) => checkLines(check, suite)),
  ];
}

function checkLines({ id, verdict, summary, next, milliseconds, cases }: SmokeCheck, suite: SmokeSuite): string[] {
  const time = milliseconds === 0 ? "" : `(${duration(milliseconds)})`;
  const text = [summary, isBroken(verdict) ? next : "", time].filter(Boolean).join(" ");
  const more = cases.length - MOST_SHOWN;
  return [
    ...row(verdict, id, text),
    ...cases.slice(0, MOST_SHOWN).flatMap((each) => wrap(" ".repeat(HANG), caseText(each), HANG)),
    ...(more > 0 ? wrap(" ".repeat(HANG), `and ${more} more; every case: ${everyCase(suite)}`) : []),
  ];
}

const caseText = ({ id, question, says }: SmokeCase): string =>
  question === "" ? `${id}: ${says}` : `${id}: ${says} — ${question}`;

function comparisonLines({ green, newlyBroken, brokenAlready, mended }: SmokeComparison): string[] {
  const list = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : wrap("", `${what}: ${names.join(", ")}.`);
  const since = green === null ? "No green run before this one." : `Last green: run ${green.number}, ${utc(green.at)}.`;
  return [
    ...wrap("", since),
    ...list("Newly broken", newlyBroken),
    ...list("Broken already", brokenAlready),
    ...list("Mended", mended),
  ];
}

/** The one JSON document of `golive smoke --json`. */
export function smokeDocument(service: string, result: SmokeResult) {
  // Nobody is called from here.
  const { green, called: _, ...names } = result.compared;
  const compared = { ...names, green: green === null ? null : { ...green, at: iso(green.at) } };
  return {
    ok: verdictOf(result) === "pass",
    service,
    verdict: verdictOf(result),
    summary: smokeSummary(result),
    ...snakeCased({ ...result, compared }),
  };
}

/** One line of progress. */
export const progressLine = (suite: string, { id, verdict, milliseconds }: SmokeCheck): string =>
  `${suite}/${id}: ${word(verdict)}${milliseconds === 0 ? "" : ` (${duration(milliseconds)})`}`;
