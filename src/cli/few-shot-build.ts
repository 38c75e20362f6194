import { examplesOf, usable } from "#src/cli/few-shot-files";
import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { printNotRun, printPairs } from "#src/cli/leaked-pairs";
import { writeWhole } from "#src/cli/write-whole";
import { type BuiltPool, buildPool, type PoolRules } from "#src/evaluation/few-shot/build-pool";
import { poolText } from "#src/evaluation/few-shot/pool-entry";
import { guardDigest } from "#src/evaluation/few-shot/provenance";
import { readCandidates } from "#src/evaluation/few-shot/work/read-candidates";
import { sha256 } from "#src/manifest/canonical";

type Wanted = {
  readonly candidates: string;
  readonly evaluation: string;
  readonly out: string;
  readonly rules: PoolRules;
  /** Write nothing where a candidate leaks. */
  readonly strict: boolean;
  readonly json: boolean;
};

const LOST = "no pool was written";

/** Builds a curated pool and writes it, all or nothing. Nothing good enough is no pool: then nothing is written. */
export async function fewShotBuild(io: Io, wanted: Wanted): Promise<ExitCode> {
  const candidates = await usable(wanted.candidates, LOST, () => readCandidates(wanted.candidates));
  const evaluation = await examplesOf(wanted.evaluation, "evaluation", LOST);
  const built = buildPool(candidates.entries, evaluation, wanted.rules);
  const refused = why(built, wanted.strict);
  const text = poolText(built.entries);
  if (refused === null) await writeWhole(wanted.out, LOST, async (write) => void (await write(text)));
  const sum = sha256(text);
  if (wanted.json) printJson(io, jsonOf(built, wanted, { candidates: candidates.sha256, pool: sum, refused }));
  else print(io, built, wanted, { of: candidates.entries.length, cases: evaluation.length, sum, refused });
  return refused === null ? EXIT.pass : EXIT.failed;
}

function why({ entries, leaked }: BuiltPool, strict: boolean): string | null {
  if (strict && leaked.length > 0) return "candidates leak evaluation cases, and --strict was given";
  return entries.length === 0 ? "no candidate is left" : null;
}

function jsonOf(
  { entries, dropped, leaked, guard }: BuiltPool,
  { out, rules }: Wanted,
  { candidates, pool, refused }: { candidates: string; pool: string; refused: string | null },
) {
  return {
    written: refused === null ? out : null,
    refused,
    pool_sha256: refused === null ? pool : null,
    candidates_sha256: candidates,
    ...rules,
    ids: entries.map(({ id }) => id),
    dropped,
    leaked,
    review: guard.review,
    not_run: guard.notRun,
    guard_sha256: guardDigest(guard),
  };
}

function print(
  io: Io,
  { entries, dropped, leaked, guard }: BuiltPool,
  { out }: Wanted,
  { of, cases, sum, refused }: { of: number; cases: number; sum: string; refused: string | null },
): void {
  void io.out(
    refused === null
      ? `${entries.length} of ${of} candidates are in ${out}, none of which leaks one of the ${cases} evaluation cases.\nSHA-256 ${sum}\n`
      : `No pool was written: ${refused} (${of} candidates, ${dropped.length} dropped).\n`,
  );
  if (dropped.length > 0) void io.out(`\nDropped (${dropped.length}):\n`);
  for (const { id, says } of dropped) void io.out(`  ${id} ${says}\n`);
  if (leaked.length > 0) printPairs(io, `\nLeaked (${leaked.length}):\n`, leaked);
  if (guard.review.length > 0)
    printPairs(io, `\nTo look at (${guard.review.length}, none of them blocks):\n`, guard.review);
  printNotRun(io, guard.notRun);
}
