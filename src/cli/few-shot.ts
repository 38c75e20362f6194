import { fewShotBuild } from "#src/cli/few-shot-build";
import { examplesOf, share, wholeNumber } from "#src/cli/few-shot-files";
import { fewShotPool } from "#src/cli/few-shot-pool";
import { fewShotSelect } from "#src/cli/few-shot-select";
import { EXIT, type Io, printJson } from "#src/cli/io";
import { printNotRun, printPairs } from "#src/cli/leaked-pairs";
import type { Register } from "#src/cli/register";
import { checkLeakage, type LeakageReport } from "#src/evaluation/leakage/check-leakage";

/** The same as in a service's `few_shot_refresh`, where that is left out. */
const DEFAULTS = { floor: "0.7", size: "200", seed: "42" } as const;

export const registerFewShot: Register = (program, io, finish) => {
  const fewShot = program.command("few-shot").description("the pool of few-shot examples");
  fewShot
    .command("check")
    .description("whether cases of an evaluation set stand in the few-shot pool, under whatever id")
    .requiredOption("--pool <file>", "the few-shot pool: JSON, or one example a line")
    .requiredOption("--eval <file>", "the evaluation set: JSON, or one case a line")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: { pool: string; eval: string; json?: boolean }) => {
      const lost = "nothing was compared";
      const pool = await examplesOf(flags.pool, "pool", lost);
      const evaluation = await examplesOf(flags.eval, "evaluation", lost);
      const report = checkLeakage(pool, evaluation);
      if (flags.json === true) printJson(io, jsonOf(report));
      else printReport(io, report, pool.length, evaluation.length);
      finish(report.clean ? EXIT.pass : EXIT.failed);
    });
  fewShot
    .command("build")
    .description("a curated pool: good enough, no near duplicates, nothing that leaks the evaluation set")
    .requiredOption("--candidates <file>", "who may come in, one a line (docs/few-shot.md)")
    .requiredOption("--eval <file>", "the evaluation set: JSON, or one case a line")
    .requiredOption("--out <file>", "where the pool is written, all or nothing")
    .option("--floor <quality>", "the least quality, 0 to 1", DEFAULTS.floor)
    .option("--size <entries>", "the most entries", DEFAULTS.size)
    .option("--seed <number>", "who comes first among equals", DEFAULTS.seed)
    .option("--strict", "write nothing where a candidate leaks, instead of dropping it")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: BuildFlags) => {
      finish(
        await fewShotBuild(io, {
          candidates: flags.candidates,
          evaluation: flags.eval,
          out: flags.out,
          rules: {
            floor: share("--floor", flags.floor),
            size: wholeNumber("--size", flags.size, 1),
            seed: wholeNumber("--seed", flags.seed, 0),
          },
          strict: flags.strict === true,
          json: flags.json === true,
        }),
      );
    });
  fewShot
    .command("select")
    .description("the k nearest examples of each query, none of which leaks the query or a gold case")
    .requiredOption("--pool <file>", "the few-shot pool, each entry with its embedding")
    .requiredOption("--queries <file>", "the queries, each with its embedding by the same embedder")
    .option("--eval <file>", "the gold set: whatever leaks one of its cases is shown to nobody")
    .option("-k <number>", "examples for each query", "5")
    .option("--seed <number>", "the selector's seed, kept in its provenance", DEFAULTS.seed)
    .option("--json", "one JSON document on stdout")
    .action(async (flags: SelectFlags) => {
      finish(
        await fewShotSelect(io, {
          pool: flags.pool,
          queries: flags.queries,
          evaluation: flags.eval ?? null,
          k: wholeNumber("-k", flags.k, 1),
          seed: wholeNumber("--seed", flags.seed, 0),
          json: flags.json === true,
        }),
      );
    });
  fewShot
    .command("pool <sha256>")
    .description("a pool that a refresh proposed, byte for byte, to be shipped to the service")
    .requiredOption("--out <file>", "where it is written, all or nothing")
    .option("--service <id>", "which service (default: the only one)")
    .action(async (sha256: string, { out, service }: { out: string; service?: string }) => {
      finish(await fewShotPool(io, { sha256, out, service }));
    });
};

type BuildFlags = {
  candidates: string;
  eval: string;
  out: string;
  floor: string;
  size: string;
  seed: string;
  strict?: boolean;
  json?: boolean;
};
type SelectFlags = { pool: string; queries: string; eval?: string; k: string; seed: string; json?: boolean };

const jsonOf = ({ notRun, ...report }: LeakageReport) => ({ ...report, not_run: notRun });

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
  printNotRun(io, notRun);
}
