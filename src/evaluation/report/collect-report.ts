import type { Baseline } from "#src/evaluation/baseline/baselines";
import { type Comparison, compareRuns } from "#src/evaluation/compare/compare-runs";
import { caseValue, type EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { judgeFloors } from "#src/evaluation/compare/judge-floors";
import type { Margins } from "#src/evaluation/compare/standings";
import type { Floors } from "#src/evaluation/oracle/quality-floors";
import { MOST_SHOWN, type Report } from "#src/evaluation/report/report";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import { summarizeRun } from "#src/evaluation/run/summarize-run";
import { createTraceFigures, type TraceBars } from "#src/evaluation/run/trace-figures";

/** What a report is made from. `against`: the run it is compared with, and its baseline record where it is one. */
export type ReportSubject = {
  readonly run: EvaluatedRun;
  readonly against: { readonly run: EvaluatedRun; readonly baseline: Baseline | null } | null;
  readonly floors: Floors;
  readonly margins: Margins;
  /** What traces are held against; left out: nothing is said of data and tools. */
  readonly bars?: TraceBars;
  readonly at: number;
};

/**
 * Everything that a report shows. The runs' texts are read once more, since only those of a few cases are kept. Throws what the
 * store throws.
 */
export async function collectReport(store: Pick<EvaluationStore, "cases">, subject: ReportSubject): Promise<Report> {
  const { run, against, at } = subject;
  const comparison = against === null ? null : compareRuns(against.run, run, subject.margins);
  const worst = worstIds(run, comparison);
  const wrong = run.cases.filter((each) => (caseValue(each, "correct_refusal") ?? 1) < 1).map(({ gold }) => gold.id);
  const texts = await firstTrials(store, run.record.id, new Set([...worst, ...wrong]), lacks);
  const before = against === null ? null : await firstTrials(store, against.run.record.id, new Set(worst), () => false);
  return {
    run,
    floors: judgeFloors(run, subject.floors),
    summary: await summarizeRun(store.cases(run.record.id), run.record.plan.pair.run, {
      bars: subject.bars ?? null,
      baselineBreadth: await breadthOf(store, against?.run ?? null, subject.bars ?? null),
    }),
    against: against === null || comparison === null ? null : { ...against, comparison },
    worst: worst.flatMap((id) => {
      const trial = texts.get(id);
      if (trial === undefined) return [];
      const lost = comparison?.comparable === true ? comparison.drops.find((drop) => drop.id === id) : undefined;
      return [{ trial, before: before?.get(id) ?? null, lost: lost ?? null }];
    }),
    madeUp: wrong.slice(0, MOST_SHOWN).flatMap((id) => texts.get(id) ?? []),
    at,
  };
}

/** Candidates before any clamp, on average, of the run that is compared with; null without one. */
async function breadthOf(
  store: Pick<EvaluationStore, "cases">,
  run: EvaluatedRun | null,
  bars: TraceBars | null,
): Promise<number | null> {
  if (run === null || bars === null) return null;
  const traces = createTraceFigures(bars);
  for await (const each of store.cases(run.record.id)) if (each.repeat === 0) traces.add(each);
  return traces.figures(null).breadth;
}

/** With a baseline the cases that lost most; else those with the lowest F1. */
function worstIds(run: EvaluatedRun, comparison: Comparison | null): readonly string[] {
  if (comparison?.comparable === true) return comparison.drops.map(({ id }) => id);
  return run.cases
    .flatMap((each) => {
      const f1 = caseValue(each, "f1");
      return f1 === null || f1 >= 1 ? [] : [{ id: each.gold.id, f1 }];
    })
    .sort((a, b) => a.f1 - b.f1 || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_SHOWN)
    .map(({ id }) => id);
}

/** Whether this trial shows less than a repeat of it may: it has no answer, or is no example of what went wrong. */
const lacks = ({ verdict }: CaseRecord): boolean =>
  verdict === null || verdict.outcome === "failed" || verdict.outcome === "ungraded" || verdict.refused === true;

/** Of each case the first trial that is worth showing, else the first. */
async function firstTrials(
  store: Pick<EvaluationStore, "cases">,
  run: string,
  ids: ReadonlySet<string>,
  isPoor: (trial: CaseRecord) => boolean,
): Promise<ReadonlyMap<string, CaseRecord>> {
  const found = new Map<string, CaseRecord>();
  if (ids.size === 0) return found;
  for await (const trial of store.cases(run)) {
    const known = found.get(trial.gold.id);
    if (ids.has(trial.gold.id) && (known === undefined || (isPoor(known) && !isPoor(trial)))) {
      found.set(trial.gold.id, trial);
    }
  }
  return found;
}
