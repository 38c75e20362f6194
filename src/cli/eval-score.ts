import { CliError, EXIT, type ExitCode, type Io } from "#src/cli/io";
import { scoreTable } from "#src/cli/score-table";
import { writeWhole } from "#src/cli/write-whole";
import { openResults } from "#src/evaluation/results/open-results";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { type FileScore, isInconclusive, scoreResults } from "#src/evaluation/results/score-results";
import { scoreText, writeScored } from "#src/evaluation/results/write-scored";

type Wanted = { readonly file: string; readonly json: boolean; readonly out: string | null };

/**
 * Scores a file. It is read once to check and score all of it, and once more to write: whoever reads the output never gets
 * half a document because of what the last result turns out to be.
 */
export async function evalScore(io: Io, { file, json, out }: Wanted): Promise<ExitCode> {
  const results = await usable(file, () => openResults(file));
  try {
    const score = await usable(file, () => scoreResults(results));
    if (out !== null)
      await usable(file, () => writeWhole(out, "nothing was scored", (write) => writeScored(results, score, write)));
    if (!json) await io.out(`${scoreTable(file, score).join("\n")}\n`);
    else if (out !== null) await io.out(scoreText(score));
    else await usable(file, () => writeScored(results, score, io.out));
    if (!isInconclusive(score)) return EXIT.pass;
    io.err(`${whyInconclusive(score)}\n`);
    return EXIT.inconclusive;
  } finally {
    await results.close();
  }
}

function whyInconclusive({ results, means }: FileScore): string {
  if (results === 0) return "Inconclusive: the file holds no results, so there is nothing to score.";
  if (means.length === 0) {
    return (
      "Inconclusive: none of the results carries labels, so there is nothing to score. Claims have to be extracted and checked " +
      "by a judge first."
    );
  }
  return "Inconclusive: more than 20 % of the results lack labels for at least one metric; its mean doesn't stand for the file.";
}

/** A file that can't be used is the person's to mend: the sentence names it, the place in it, and that nothing was scored. */
async function usable<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    throw new CliError(`${file} can't be scored: ${error.message}. Nothing was scored.`);
  }
}
