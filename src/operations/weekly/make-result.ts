import type { OperationFinding } from "#src/operations/operation";
import { triage } from "#src/operations/triage/triage";
import { deltasOf, lossByCause, tagDeltas } from "#src/operations/weekly/deltas";
import { filledCards } from "#src/operations/weekly/fill-cards";
import { judgeWeekly } from "#src/operations/weekly/judge-weekly";
import type { CardsRead, WeeklyMaterial } from "#src/operations/weekly/material";
import type { WeeklyResult } from "#src/operations/weekly/result";
import { toFigure } from "#src/operations/weekly/words";

const LONGEST_QUESTION = 200;

/** Judges and explains a weekly evaluation. Equal inputs give equal results, byte by byte. */
export function makeWeeklyResult(
  material: WeeklyMaterial,
  cards: CardsRead,
): Pick<OperationFinding, "verdict" | "summary"> & { readonly result: WeeklyResult } {
  const { now, before } = material;
  const found = triage(material);
  const { verdict, summary, why, bars } = judgeWeekly(material, found);
  const filled = filledCards(cards, material, found);
  const { id, plan, counts } = now.run.record;
  const questions = new Map(now.run.cases.map(({ gold }) => [gold.id, gold.question]));
  return {
    verdict,
    summary,
    result: {
      evaluation: id,
      pair: { run: plan.pair.run, config: plan.pair.config },
      gold: { file: plan.gold.file, cases: plan.gold.cases },
      counts: {
        graded: counts.graded,
        refusals: counts.refusals,
        ungraded: counts.ungraded,
        failed: counts.failed,
      },
      baseline: before === null ? null : { evaluation: before.run.record.id, kind: before.kind },
      deltas: deltasOf(material),
      byTag: tagDeltas(material),
      byCause: lossByCause(found.symptoms),
      worst: found.worst.map(({ id: of, metric, cause, says }) => ({
        id: of,
        question: shortened(questions.get(of) ?? ""),
        metric,
        cause,
        says,
      })),
      symptoms: found.symptoms.map(({ cases, shares, value, baseline, ...symptom }) => ({
        metric: symptom.metric,
        how: symptom.how,
        unit: symptom.unit,
        value: toFigure(value),
        baseline: toFigure(baseline),
        bar: symptom.bar,
        n: symptom.n,
        cases: cases.length,
        sure: symptom.sure,
        cause: symptom.cause,
        runnerUp: symptom.runnerUp,
        shares: shares.map(({ cause, cases: of, share, interval: { low, high } }) => ({
          cause,
          cases: of,
          share,
          low,
          high,
        })),
      })),
      causes: found.causes,
      unclear: found.unclear,
      cards: filled.cards,
      withoutCard: filled.without,
      brokenCards: cards.broken,
      why,
      bars,
      proposals: [],
    },
  };
}

const shortened = (text: string): string =>
  text.length <= LONGEST_QUESTION ? text : `${text.slice(0, LONGEST_QUESTION - 1).toWellFormed()}…`;
