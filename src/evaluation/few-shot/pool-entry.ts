import { compareIds } from "#src/evaluation/few-shot/compare-ids";
import type { Example } from "#src/evaluation/leakage/example";
import { normalise } from "#src/evaluation/leakage/normalise";
import { isRefusal } from "#src/evaluation/oracle/refusal";

/** An example that may stand in a pool. `quality`: 0 to 1, as whoever judged it says; `addedAt`: when it became a candidate, ISO 8601. */
export type PoolEntry = {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  /** The document it was made from; "" where none was. */
  readonly source: string;
  readonly quality: number;
  readonly addedAt: string;
};

/** An entry as the leakage guard takes it. */
export function toExample({ id, question, answer, source }: PoolEntry): Example {
  return {
    id,
    question,
    answers: [answer],
    text: `${question}\n${answer}`,
    sources: source === "" ? [] : [source.toLowerCase()],
    span: isRefusal(answer) ? null : normalise(answer),
    embedding: null,
  };
}

/** A pool's file: one entry a line, by id, keys in one order. The same entries are the same bytes. */
export function poolText(entries: readonly PoolEntry[]): string {
  return entries
    .toSorted((a, b) => compareIds(a.id, b.id))
    .map(({ id, question, answer, source, quality, addedAt }) =>
      JSON.stringify({ id, query: question, gt_answer: answer, source, quality, added_at: addedAt }),
    )
    .map((line) => `${line}\n`)
    .join("");
}
