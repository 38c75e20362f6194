import type { Io } from "#src/cli/io";
import type { LeakedPair, NotRun } from "#src/evaluation/leakage/check-leakage";

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

/** A line for each pair, under a title where that isn't empty. `kind`: what the second of a pair is, as "case". */
export function printPairs(io: Io, title: string, pairs: readonly LeakedPair[], kind = "case"): void {
  if (title !== "") void io.out(title);
  for (const { pool_id, eval_id, rule, score } of pairs) {
    void io.out(
      `  ${rule.padEnd(12)} ${score.toFixed(2)}  ${kind} ${eval_id} in pool entry ${pool_id}: ${SAID[rule]}\n`,
    );
  }
}

export function printNotRun(io: Io, notRun: readonly NotRun[]): void {
  for (const { rule, why } of notRun) void io.out(`\nNot everything was checked: ${rule}, because ${why}.\n`);
}
