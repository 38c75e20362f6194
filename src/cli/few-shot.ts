import { CliError, EXIT, type Io, printJson } from "#src/cli/io";
import type { Register } from "#src/cli/register";
import { checkLeakage, type LeakageReport, type LeakedPair } from "#src/evaluation/leakage/check-leakage";
import { readExamples } from "#src/evaluation/results/read-examples";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

export const registerFewShot: Register = (program, io, finish) => {
  const fewShot = program.command("few-shot").description("the pool of few-shot examples");
  fewShot
    .command("check")
    .description("whether cases of an evaluation set stand in the few-shot pool, under whatever id")
    .requiredOption("--pool <file>", "the few-shot pool: JSON, or one example a line")
    .requiredOption("--eval <file>", "the evaluation set: JSON, or one case a line")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: { pool: string; eval: string; json?: boolean }) => {
      const pool = await usable(flags.pool, "pool");
      const evaluation = await usable(flags.eval, "evaluation");
      const report = checkLeakage(pool, evaluation);
      if (flags.json === true) printJson(io, jsonOf(report));
      else printReport(io, report, pool.length, evaluation.length);
      finish(report.clean ? EXIT.pass : EXIT.failed);
    });
};

const jsonOf = ({ notRun, ...report }: LeakageReport) => ({ ...report, not_run: notRun });

async function usable(file: string, role: "pool" | "evaluation") {
  try {
    return await readExamples(file, role);
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    throw new CliError(`${file} can't be checked: ${error.message}. Nothing was compared.`);
  }
}

/** What a rule found, as people say it. */
const SAID: Readonly<Record<LeakedPair["rule"], string>> = {
  hash: "the same question",
  containment: "one question in the other",
  jaccard: "nearly the same question",
  source: "same source, same answer span",
  injection: "the gold answer, verbatim",
  answer: "part of the gold answer",
  cosine: "embeddings nearly alike",
  template: "same form, other subject",
  phrase: "a phrase of the gold answer",
  "short-answer": "a short gold answer, verbatim",
};

function printReport(io: Io, report: LeakageReport, pool: number, evaluation: number): void {
  const { blocked, review, notRun } = report;
  const cases = new Set(blocked.map((pair) => pair.eval_id)).size;
  void io.out(
    blocked.length === 0
      ? `Clean: none of the ${evaluation} evaluation cases stands in the pool of ${pool}.\n`
      : `LEAKED: ${cases} of the ${evaluation} evaluation cases ${cases === 1 ? "stands" : "stand"} in the pool of ${pool}. Take the entries below out of the pool.\n`,
  );
  printPairs(io, "", blocked);
  if (review.length > 0) printPairs(io, `\nTo look at (${review.length}, none of them blocks):\n`, review);
  for (const { rule, why } of notRun) void io.out(`\nNot everything was checked: ${rule}, because ${why}.\n`);
}

function printPairs(io: Io, title: string, pairs: readonly LeakedPair[]): void {
  if (title !== "") void io.out(title);
  for (const { pool_id, eval_id, rule, score } of pairs) {
    void io.out(`  ${rule.padEnd(12)} ${score.toFixed(2)}  case ${eval_id} in pool entry ${pool_id}: ${SAID[rule]}\n`);
  }
}
