import type { GoldFile } from "#src/evaluation/run/gold-file";
import type { Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch, Plan } from "#src/evaluation/run/run-record";
import { sampleCases } from "#src/evaluation/run/sample-cases";

/** So many cases are asked again with `--repeat`: enough for a spread, and a fraction of the cost of all. */
export const REPEATED_CASES = 20;

export type Wanted = Pick<Plan, "service" | "pair" | "manifest" | "repeat" | "stable" | "epoch"> & {
  /** The file's name, for people. */
  readonly file: string;
  /** Null: every case. */
  readonly sample: number | null;
  readonly seed: number;
};

/** Whether the same answer is judged a second time: what then differs is the judge's doing alone. */
export const judgesTwice = ({ checking }: Pick<Epoch, "checking">, repeat: number): boolean =>
  checking === "separate" && repeat > 0;

/** What a run will ask, in which order: every case once, then the repeated ones again, round by round. */
export function makePlan(gold: GoldFile, wanted: Wanted): { readonly plan: Plan; readonly trials: readonly Trial[] } {
  const { service, pair, manifest, repeat, stable, epoch, file, sample, seed } = wanted;
  const asked = sample === null ? gold.questions : sampleCases(gold.questions, sample, seed);
  const again = repeat === 1 ? [] : sampleCases(asked, REPEATED_CASES, seed);
  const rounds = Array.from({ length: repeat - 1 }, (_, round) =>
    again.map((question) => ({ gold: question, repeat: round + 1 })),
  );
  return {
    plan: {
      service,
      pair,
      manifest,
      gold: { file, sha256: gold.sha256, cases: gold.questions.length },
      sample: sample === null ? null : { size: sample, seed },
      repeat,
      repeated: again.map(({ id }) => id),
      stable,
      caseIds: asked.map(({ id }) => id),
      epoch,
    },
    trials: [...asked.map((question) => ({ gold: question, repeat: 0 })), ...rounds.flat()],
  };
}
