import { addBaselineCommands } from "#src/cli/eval-baseline-commands";
import { evalScore } from "#src/cli/eval-score";
import type { Register } from "#src/cli/register";

export const registerEval: Register = (program, io, finish) => {
  const evaluation = program.command("eval").description("evaluations: scores, and the files they are in");
  evaluation
    .command("score")
    .description("RAGChecker's metrics of a file of checked results, of any size")
    .argument("<file>", "RAGChecker's output: nested or flat layout, or one result a line (NDJSON)")
    .option("--out <file>", "write the document with every result's metrics there")
    .option("--json", "the same document on stdout; with --out the figures alone")
    .action(async (file: string, flags: { json?: boolean; out?: string }) => {
      finish(await evalScore(io, { file, json: flags.json === true, out: flags.out ?? null }));
    });
  addBaselineCommands(evaluation, io, finish);
};
