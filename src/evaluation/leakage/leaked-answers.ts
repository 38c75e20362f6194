import { comparable } from "#src/evaluation/leakage/comparable";
import type { Example, Finding } from "#src/evaluation/leakage/example";
import { wordsOf } from "#src/evaluation/leakage/normalise";
import { contentWords } from "#src/evaluation/leakage/words";
import { isRefusal } from "#src/evaluation/oracle/refusal";

/** So many words in a row say that one text comes from the other; of a shorter answer, all of them. */
const RUN = 8;
/** An answer of fewer words ("Port 5432") stands in texts that have nothing to do with it: a person looks at it. */
export const FEWEST_WORDS = 4;
/** A run that is in more gold answers than this is the wording of the house, not the answer to a question. */
export const MOST_ANSWERS = 2;
/** A smaller share of an answer's runs is a phrase of the house rather than a part of the answer. */
export const LEAST_SHARE = 0.1;
/** A short answer that is in more entries of the pool than this is a common word. */
const MOST_ENTRIES = 3;

type Answer = { readonly evaluation: number; readonly words: readonly string[]; readonly length: number };

/**
 * Gold answers that stand in the pool, in whatever field.
 * - `injection`: the whole answer, verbatim.
 * - `answer`: n words of it in a row, n = min(8, words); the score is the share of its runs that are there. Runs that several
 *   gold answers have in common don't count.
 * - `phrase`, for a person to look at: a run or two of a long answer (below a tenth of its runs), like a path or a title.
 * - `short-answer`, for a person to look at: an answer of one to three words, verbatim.
 * What says that there is no answer ("Not in the documents.") is none.
 */
export function findLeakedAnswers(pool: readonly Example[], evaluation: readonly Example[]): Finding[] {
  const answers = evaluation.flatMap((example, index) => example.answers.flatMap((text) => toAnswer(text, index)));
  const runs = indexRuns(answers);
  const findings = pool.flatMap(({ text }, place) => inEntry(wordsOf(comparable(text)), place, answers, runs));
  return findings.filter(({ rule, evaluation: of }) => rule !== "short-answer" || isRare(findings, of));
}

function toAnswer(text: string, evaluation: number): Answer[] {
  if (isRefusal(text)) return [];
  const words = wordsOf(comparable(text));
  return contentWords(words).size === 0 ? [] : [{ evaluation, words, length: Math.min(RUN, words.length) }];
}

/** For each length of runs: which answers have a run. */
type Runs = ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>;

function indexRuns(answers: readonly Answer[]): Runs {
  const byLength = new Map<number, Map<string, number[]>>();
  for (const [index, { words, length }] of answers.entries()) {
    const runs = byLength.get(length) ?? new Map<string, number[]>();
    byLength.set(length, runs);
    for (const run of new Set(runsOf(words, length))) runs.set(run, [...(runs.get(run) ?? []), index]);
  }
  return byLength;
}

function* runsOf(words: readonly string[], length: number): Generator<string> {
  for (let at = 0; at + length <= words.length; at++) yield words.slice(at, at + length).join(" ");
}

function inEntry(words: readonly string[], pool: number, answers: readonly Answer[], runs: Runs): Finding[] {
  const hits = new Map<number, Set<string>>();
  for (const [length, known] of runs) {
    for (const run of runsOf(words, length)) {
      for (const index of known.get(run) ?? []) {
        const seen = hits.get(index) ?? new Set<string>();
        hits.set(index, seen.add(run));
      }
    }
  }
  const text = ` ${words.join(" ")} `;
  return [...hits].flatMap(([index, found]) => {
    const answer = answers[index];
    return answer === undefined ? [] : judge(answer, found, text, runs).map((rest) => ({ pool, ...rest }));
  });
}

function judge({ evaluation, words, length }: Answer, found: ReadonlySet<string>, text: string, runs: Runs) {
  const whole = text.includes(` ${words.join(" ")} `);
  if (words.length < FEWEST_WORDS) return whole ? [{ evaluation, rule: "short-answer" as const, score: 1 }] : [];
  if (whole) return [{ evaluation, rule: "injection" as const, score: 1 }];
  const isOwn = (run: string) => (runs.get(length)?.get(run)?.length ?? 0) <= MOST_ANSWERS;
  if (![...found].some(isOwn)) return [];
  const all = new Set(runsOf(words, length));
  const score = found.size / all.size;
  return [{ evaluation, rule: score < LEAST_SHARE ? ("phrase" as const) : ("answer" as const), score }];
}

function isRare(findings: readonly Finding[], evaluation: number): boolean {
  const entries = findings.filter((each) => each.rule === "short-answer" && each.evaluation === evaluation);
  return entries.length <= MOST_ENTRIES;
}
