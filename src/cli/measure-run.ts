import { EXIT, type ExitCode } from "#src/cli/io";
import type { Session } from "#src/cli/open-core";
import { type JudgedFloors, judgeFloors } from "#src/evaluation/compare/judge-floors";
import { type RetrievalFigures, retrievalFigures } from "#src/evaluation/compare/retrieval-figures";
import { type TagMeans, tagMeans } from "#src/evaluation/compare/tag-means";
import { FEWEST_CASES } from "#src/evaluation/oracle/quality-floors";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { type RunSummary, summarizeRun } from "#src/evaluation/run/summarize-run";
import { traceBars } from "#src/evaluation/run/trace-figures";

/** A run with everything that is told of it. */
export type MeasuredRun = {
  readonly run: RunRecord;
  readonly summary: RunSummary;
  readonly retrieval: RetrievalFigures;
  readonly tags: readonly TagMeans[];
  /** Null: so few answerable cases were asked that the run is not held to them. */
  readonly floors: JudgedFloors | null;
};

/** Reads a run with its texts and the documents that it is of. A RAG store that doesn't answer is told on stderr by `warn`. */
export async function measureRun(
  { core, config, service }: Session,
  run: RunRecord,
  warn: (text: string) => void,
): Promise<MeasuredRun> {
  const evaluations = core.evaluations.store;
  const bars = traceBars(service.retrieval);
  const summary = await summarizeRun(evaluations.cases(run.id), run.plan.pair.run, { bars });
  const { store } = await core.checks.surroundingsOf(service.id);
  const { runs, unread } = await readEvaluated({ evaluations, store }, [run]);
  if (unread !== null) warn(`The retrieval can't be judged: ${unread}\n`);
  const [evaluated] = runs;
  if (evaluated === undefined) throw new Error(`evaluation ${run.id} was read and is not there`);
  const answerable = evaluated.cases.filter(({ gold }) => gold.answerable).length;
  return {
    run,
    summary,
    retrieval: retrievalFigures(evaluated),
    tags: tagMeans(evaluated),
    floors: answerable < FEWEST_CASES ? null : judgeFloors(evaluated, config.qualityGates),
  };
}

/** How a run as it stands ends a command: 3 until it came to its end, then as its floors are, where it is held to them. */
export function exitOf({ run, floors }: Pick<MeasuredRun, "run" | "floors">): ExitCode {
  if (run.state !== "finished") return EXIT.inconclusive;
  switch (floors?.verdict) {
    case "fail":
      return EXIT.failed;
    case "inconclusive":
      return EXIT.inconclusive;
    default:
      return EXIT.pass;
  }
}
