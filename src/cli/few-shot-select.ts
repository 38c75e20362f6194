import { examplesOf } from "#src/cli/few-shot-files";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { printNotRun, printPairs } from "#src/cli/leaked-pairs";
import { KNN_SELECTOR, type Selections, selectExamples } from "#src/evaluation/few-shot/select-examples";
import { VectorError } from "#src/evaluation/few-shot/unit-vectors";
import type { Example } from "#src/evaluation/leakage/example";
import { collectDatasets } from "#src/manifest/collect-datasets";
import { digestOf } from "#src/release/hash";

type Wanted = {
  readonly pool: string;
  readonly queries: string;
  /** Null: no gold set is named, and only the queries themselves are guarded. */
  readonly evaluation: string | null;
  readonly k: number;
  readonly seed: number;
  readonly json: boolean;
};

const LOST = "nothing was selected";

/** The nearest examples of each query, guarded. Fewer than k for a query is said, and no error where the pool has no more. */
export async function fewShotSelect(io: Io, wanted: Wanted): Promise<ExitCode> {
  const pool = await examplesOf(wanted.pool, "pool", LOST);
  const queries = await examplesOf(wanted.queries, "evaluation", LOST);
  const gold = wanted.evaluation === null ? [] : await examplesOf(wanted.evaluation, "evaluation", LOST);
  const [file] = await collectDatasets([{ id: "pool", file: wanted.pool }]);
  const found = select(pool, queries, gold, wanted.k);
  if (wanted.json) printJson(io, jsonOf(found, wanted, file?.sha256 ?? null));
  else print(io, found, wanted, pool.length);
  return found.selections.some(({ examples }) => examples.length === 0) ? EXIT.failed : EXIT.pass;
}

function select(
  pool: readonly Example[],
  queries: readonly Example[],
  gold: readonly Example[],
  k: number,
): Selections {
  try {
    return selectExamples(pool, queries, gold, k);
  } catch (error) {
    if (!(error instanceof VectorError)) throw error;
    throw new CliError(
      `${error.message}. Nothing was selected. Every line needs an "embedding" of the same embedder: a list of numbers, not all 0.`,
    );
  }
}

function jsonOf(
  { selections, barred, review, notRun }: Selections,
  { k, seed, evaluation }: Wanted,
  sha256: string | null,
) {
  return {
    selector: KNN_SELECTOR,
    seed,
    k,
    pool_sha256: sha256,
    gold_checked: evaluation !== null,
    guard_sha256: digestOf({ barred, review, left_out: selections.map(({ leftOut }) => leftOut), not_run: notRun }),
    selections: selections.map(({ query, examples, leftOut }) => ({ query, examples, left_out: leftOut })),
    barred,
    review,
    not_run: notRun,
  };
}

function print(
  io: Io,
  { selections, barred, review, notRun }: Selections,
  { k, evaluation }: Wanted,
  size: number,
): void {
  for (const { query, examples, leftOut } of selections) {
    const list = examples.map(({ id, score }) => `${id} ${score.toFixed(6)}`).join(", ");
    const less =
      examples.length < k ? ` (${examples.length} of ${k}: the pool of ${size} has no more that may be shown)` : "";
    void io.out(`${query}: ${list || "none"}${less}\n`);
    if (leftOut.length > 0) printPairs(io, "", leftOut, "query");
  }
  if (barred.length > 0) printPairs(io, `\nShown to nobody, since they leak gold cases (${barred.length}):\n`, barred);
  if (review.length > 0) printPairs(io, `\nTo look at (${review.length}, none of them blocks):\n`, review);
  printNotRun(io, notRun);
  if (evaluation === null) void io.out("\nNo gold set was named (--eval): only the queries themselves were guarded.\n");
}
