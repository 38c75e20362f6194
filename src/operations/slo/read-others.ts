import { wilson } from "#src/evaluation/compare/wilson";
import { users } from "#src/operations/slo/burn";
import { rest } from "#src/operations/slo/chance";
import type { Finding, ScoredQuestion, SloInputs, TimedFigures } from "#src/operations/slo/inputs";
import type { KnownSlo, SloReading } from "#src/operations/slo/slo";
import { NAMED } from "#src/operations/slo/titles";
import { number, percent } from "#src/operations/slo/words";

/** Different gold questions below which a mean is no mean; the same number as in quality_gates.yaml's floors. */
const LEAST_QUESTIONS = 50;
/** Questions asked in evaluations below which "no hard timeout" says nothing. */
const LEAST_ASKED = 50;

const shape = (id: KnownSlo) => ({ id, family: NAMED[id].family, kind: NAMED[id].kind, burn: [], trend: null });

/** Right among different gold questions, each with its newest score: asked twice, a question tells nothing new. `recent`: the window's figures. */
export function readSample(
  id: ScoredQuestion["score"],
  questions: readonly ScoredQuestion[],
  least: number,
  recent: readonly TimedFigures[] = [],
): SloReading {
  const nameless = users(recent).reduce((sum, { figures }) => sum + figures.nameless, 0);
  const left = nameless === 0 ? "" : ` ${number(nameless)} scored traces without a \`query_id\` are not counted.`;
  const values = questions.filter(({ score }) => score === id).map(({ value }) => value);
  const n = values.length;
  const good = values.reduce((sum, value) => sum + value, 0);
  const bad = n - good;
  const allowed = rest(least);
  const base = { ...shape(id), bar: `≥ ${percent(least)}`, events: n, bad, allowed };
  if (n < LEAST_QUESTIONS) {
    return {
      ...base,
      standing: "inconclusive",
      value: n === 0 ? null : percent(good / n),
      says: `${number(n)} different questions were scored; ${LEAST_QUESTIONS} are the least.${left}`,
      budgetLeft: null,
      spent: false,
    };
  }
  const { low, high } = wilson(good / n, n);
  const isOpen = low < least && high >= least;
  const interval = `95 % interval ${percent(low)} to ${percent(high)}`;
  return {
    ...base,
    standing: good / n >= least - 1e-12 ? "pass" : "fail",
    value: percent(good / n),
    says: `Of ${number(n)} different questions, each by its newest score; ${interval}${isOpen ? ", which holds the bar: too few questions to be sure" : ""}.${left}`,
    budgetLeft: 1 - bad / (allowed * n),
    // Below the bar by chance locks nothing.
    spent: high < least,
  };
}

/**
 * Golive's own evaluations, of candidates as well, and its probes: it is the path by which is evaluated that must not cut off
 * (section 8 of the checklist). One is too many.
 */
export function readHardTimeouts(
  recent: readonly TimedFigures[],
  { asked, hardTimeouts, ofCandidates, uncounted }: SloInputs["evaluations"],
): SloReading {
  const probes = recent.filter((each) => !users([each]).includes(each)).map(({ figures }) => figures);
  const events = probes.reduce((sum, { saysTimeout }) => sum + saysTimeout, asked);
  const bad = probes.reduce((sum, figures) => sum + figures.hardTimeouts, hardTimeouts);
  const few =
    events < LEAST_ASKED
      ? `${number(events)} questions were asked in evaluations; ${LEAST_ASKED} are the least.`
      : null;
  const why = bad > 0 ? null : (uncounted ?? few);
  const whose = ofCandidates === 0 ? "" : `, ${number(ofCandidates)} of them of pairs that never went live`;
  return readZero(
    "hard_timeouts",
    {
      verdict: bad > 0 ? "fail" : why === null ? "pass" : "inconclusive",
      says: why ?? `${number(bad)} of ${number(events)} questions of evaluations and probes were cut off${whose}.`,
      events,
      bad,
    },
    { value: events === 0 ? null : number(bad), bar: "0" },
  );
}

/** None may be: one spends the budget, which is none. */
export function readZero(
  id: KnownSlo,
  { verdict, says, events, bad }: Finding,
  { value, bar }: Pick<SloReading, "value" | "bar">,
): SloReading {
  return {
    ...shape(id),
    standing: verdict,
    value,
    bar,
    says,
    events,
    bad,
    allowed: 0,
    budgetLeft: verdict === "inconclusive" ? null : verdict === "fail" ? 0 : 1,
    spent: verdict === "fail",
  };
}

/** "100 % of the runs": what is good among all of them, beside none that may be bad. */
export const wholeShare = ({ events, bad }: Finding): Pick<SloReading, "value" | "bar"> => ({
  value: events === 0 ? null : percent((events - bad) / events),
  bar: "100 %",
});

/** The evaluation of what is live beside its baseline, case by case. */
export const readDevSet = (finding: Finding): SloReading =>
  readZero("dev_set", finding, {
    value: { pass: "not worse", fail: "worse", inconclusive: null }[finding.verdict],
    bar: "not worse",
  });
