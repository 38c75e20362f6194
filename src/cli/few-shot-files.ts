import { CliError } from "#src/cli/io";
import type { Example } from "#src/evaluation/leakage/example";
import { readExamples } from "#src/evaluation/results/read-examples";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** Examples or cases of a file. `lost`: what it means that they can't be read, as "nothing was compared". Throws `CliError`. */
export const examplesOf = (file: string, role: "pool" | "evaluation", lost: string): Promise<Example[]> =>
  usable(file, lost, () => readExamples(file, role));

/** A file that can't be used is the person's to mend: the sentence names it, the place in it, and what that means. */
export async function usable<T>(file: string, lost: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    throw new CliError(`${file} can't be used: ${error.message}. ${lost.charAt(0).toUpperCase()}${lost.slice(1)}.`);
  }
}

/** A whole number from `least`, as somebody typed it after `flag`. */
export function wholeNumber(flag: string, typed: string, least: number): number {
  const value = Number(typed);
  if (/^\d+$/.test(typed) && Number.isSafeInteger(value) && value >= least) return value;
  throw new CliError(`${flag} takes a whole number from ${least}, not ${JSON.stringify(typed)}.`);
}

/** A number from 0 to 1. */
export function share(flag: string, typed: string): number {
  const value = Number(typed);
  if (/^(\d+(\.\d*)?|\.\d+)$/.test(typed) && value <= 1) return value;
  throw new CliError(`${flag} takes a number from 0 to 1, not ${JSON.stringify(typed)}.`);
}
