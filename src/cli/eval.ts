import { InvalidArgumentError } from "commander";
import { addBaselineCommands } from "#src/cli/eval-baseline-commands";
import type { PruneFlags } from "#src/cli/eval-prune";
import type { RunFlags } from "#src/cli/eval-run";
import type { RunsFlags } from "#src/cli/eval-runs";
import { evalScore } from "#src/cli/eval-score";
import type { Register } from "#src/cli/register";
import type { ReportFlags } from "#src/cli/report-evaluation";

const MOST_REPEATS = 20;

/** Scoring needs a file and nothing else; the others are loaded when one of them is meant. */
const runs = () => import("#src/cli/eval-runs");

export const registerEval: Register = (program, io, finish) => {
  const evaluation = program.command("eval").description("evaluations: run, watch, cancel, score");
  evaluation
    .command("run")
    .description("ask the gold questions, have the answers judged, keep every step; or go on where it stopped")
    .option("--service <id>", "which service (default: the only one)")
    .option("--gold <file>", "the questions with their answers (default: the service's first dataset)")
    .option("--run <run>", "ingestion run (default: the newest complete one that is not live, else what is live)")
    .option("--config <version>", "configuration version (default: the active one)")
    .option("--sample <n>", "only so many cases, by their tags", wholeNumber(1, 1_000_000))
    .option("--seed <n>", "which sample (default: RANDOM_SEED)", wholeNumber(0, 999_999_999))
    .option(
      "--repeat <k>",
      "ask twenty of the cases so often (default: 1, with --stable 3)",
      wholeNumber(1, MOST_REPEATS),
    )
    .option("--stable", "ask for each label in a request of its own, and measure how far repeats agree")
    .option("--out <file>", "write the results there, for `golive eval score` and others")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: RunFlags) => finish(await (await import("#src/cli/eval-run")).evalRun(io, flags)));
  evaluation
    .command("status")
    .description("how far an evaluation is, and its figures so far")
    .argument("[id]", "default: the newest")
    .option("--service <id>", "which service (default: the only one)")
    .option("--json", "one JSON document on stdout")
    .action(async (id: string | undefined, flags: RunsFlags) => finish(await (await runs()).evalStatus(io, id, flags)));
  evaluation
    .command("cancel")
    .description("end an evaluation; what was graded is kept")
    .argument("[id]", "default: the newest that is open")
    .option("--service <id>", "which service (default: the only one)")
    .option("--reason <text>", "why")
    .option("--json", "one JSON document on stdout")
    .action(async (id: string | undefined, flags: RunsFlags) => finish(await (await runs()).evalCancel(io, id, flags)));
  evaluation
    .command("list")
    .description("every evaluation of a service, newest first")
    .option("--service <id>", "which service (default: the only one)")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: RunsFlags) => finish(await (await runs()).evalList(io, flags)));
  evaluation
    .command("prune")
    .description("delete evaluations that ended longer ago than golive.yaml keeps them; never a baseline")
    .option("--service <id>", "which service (default: the only one)")
    .option("--as <user>", "your Slack user id")
    .option("--dry-run", "say what would go, and delete nothing")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: PruneFlags) => finish(await (await import("#src/cli/eval-prune")).evalPrune(io, flags)));
  evaluation
    .command("score")
    .description("RAGChecker's metrics of a file of checked results, of any size")
    .argument("<file>", "RAGChecker's output: nested or flat layout, or one result a line (NDJSON)")
    .option("--out <file>", "write the document with every result's metrics there")
    .option("--json", "the same document on stdout; with --out the figures alone")
    .action(async (file: string, flags: { json?: boolean; out?: string }) => {
      finish(await evalScore(io, { file, json: flags.json === true, out: flags.out ?? null }));
    });
  evaluation
    .command("report")
    .description("one HTML page about an evaluation: floors, baseline, distributions, worst cases")
    .argument("<run>", "an evaluation")
    .requiredOption("--out <file>", "write the page there")
    .option("--baseline <run>", "compare with that evaluation, or with the `baseline` that was set")
    .option("--service <id>", "which service (default: the only one)")
    .option("--json", "the verdicts as one JSON document on stdout")
    .action(async (run: string, flags: ReportFlags) => {
      const { reportEvaluation } = await import("#src/cli/report-evaluation");
      finish(await reportEvaluation(io, run, flags));
    });
  addBaselineCommands(evaluation, io, finish);
};

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
