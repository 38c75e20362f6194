import type { FilledCard } from "#src/operations/sop/card";
import { type ChosenCard, chooseCards } from "#src/operations/sop/choose-cards";
import { type Filling, fillCard } from "#src/operations/sop/placeholders";
import type { Triage } from "#src/operations/triage/triage";
import type { CardsRead, WeeklyMaterial } from "#src/operations/weekly/material";
import { differenceText, figureText, metricName, percent, SURENESS, toFigure } from "#src/operations/weekly/words";

/** The cards for what was found, with this run's numbers in them. */
export function filledCards({ cards }: CardsRead, material: WeeklyMaterial, found: Triage) {
  const { chosen, without } = chooseCards(cards, found);
  return {
    cards: chosen.map((each): FilledCard => fillCard(each.card, fillingOf(each, material, found), each.sure)),
    without,
  };
}

function fillingOf({ of, sure }: ChosenCard, { now, before }: WeeklyMaterial, found: Triage): Filling {
  const { id, plan } = now.run.record;
  const symptom = found.symptoms.find(({ metric }) => metric === of.metrics[0]) ?? null;
  const [value, baseline] = [toFigure(symptom?.value ?? null), toFigure(symptom?.baseline ?? null)];
  const unit = symptom?.unit ?? "share";
  const share = symptom?.shares.find(({ cause }) => cause === of.cause) ?? null;
  const cases = (symptom?.cases ?? []).filter(({ cause }) => cause === of.cause);
  return {
    service: plan.service,
    run: plan.pair.run,
    config: plan.pair.config,
    evaluation: id,
    baseline_evaluation: before?.run.record.id ?? "none",
    cause: of.cause,
    sure: SURENESS[sure],
    explains:
      share === null
        ? "an unknown share of the loss"
        : `${percent(share.share)} of the loss (${percent(share.interval.low)} to ${percent(share.interval.high)})`,
    metric: symptom === null ? "–" : metricName(symptom.metric),
    metrics: of.metrics.map(metricName).join(", "),
    value: figureText(value, unit),
    baseline: baseline === null ? "no baseline" : figureText(baseline, unit),
    against: [
      baseline === null ? "there is no baseline yet" : `${figureText(baseline, unit)} in the baseline`,
      ...(symptom?.bar == null ? [] : [`bar ${figureText(symptom.bar, unit)}`]),
    ].join(", "),
    difference: differenceText(value, baseline, unit),
    bar: symptom?.bar == null ? "no bar" : figureText(symptom.bar, unit),
    cases: String(of.cases),
    worst_cases: cases
      .slice(0, 5)
      .map((each) => each.id)
      .join(", "),
    signs: of.signs.map(({ sign, cases: count }) => `${sign} ${count}`).join(", "),
    example: cases[0]?.says ?? "",
  };
}
