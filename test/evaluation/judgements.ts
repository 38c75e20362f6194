import fc from "fast-check";
import { type Judgement, LABELS, type Label } from "#src/evaluation/metrics/labels";

const [E, N, C] = LABELS;
const SHORT: Readonly<Record<string, Label>> = { E, N, C };

/** "ENC" → three labels. */
export const labels = (text: string): Label[] =>
  [...text].map((letter) => {
    const label = SHORT[letter];
    if (label === undefined) throw new Error(`no label ${letter}`);
    return label;
  });

/** A judgement written as letters; rows of the matrices apart by a blank, "" for no rows, "-" for a row without labels. */
export function judgement(c: string, g: string, R: string, G: string): Judgement {
  const rows = (text: string) => (text === "" ? [] : text.split(" ").map((row) => labels(row === "-" ? "" : row)));
  return {
    answer2response: labels(c),
    response2answer: labels(g),
    retrieved2response: rows(R),
    retrieved2answer: rows(G),
  };
}

const label = fc.constantFrom(...LABELS);

/** Any consistent judgement, of at least `least` claims on both sides and as many documents. */
export function anyJudgement(least: number): fc.Arbitrary<Judgement> {
  const size = fc.integer({ min: least, max: 6 });
  return fc.tuple(size, size, size).chain(([claims, gold, documents]) => {
    const vector = (length: number) => fc.array(label, { minLength: length, maxLength: length });
    const matrix = (rows: number) => fc.array(vector(documents), { minLength: rows, maxLength: rows });
    return fc.record({
      answer2response: vector(claims),
      response2answer: vector(gold),
      retrieved2response: matrix(claims),
      retrieved2answer: matrix(gold),
    });
  });
}
