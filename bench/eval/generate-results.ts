import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { LABELS } from "#src/evaluation/metrics/labels";

/** A file of results like those of a real run: 11 and 14 claims, 5 documents, about 10 kB each. Returns its size. */
export async function writeResults(path: string, results: number): Promise<number> {
  const file = createWriteStream(path);
  file.write('{"results": [');
  for (let index = 0; index < results; index++) {
    const text = `${index === 0 ? "\n" : ",\n"}${JSON.stringify(result(index))}`;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end("\n]}\n");
  await once(file, "close");
  return file.bytesWritten;
}

const SENTENCE = "The budget of a service is kept in one row, so that all copies of the bot share it — „überall“. ";

function result(index: number) {
  const label = (n: number) => LABELS[(index * 7 + n * 3 + (n >> 2)) % LABELS.length];
  const row = (from: number, length: number) => Array.from({ length }, (_, n) => label(from + n));
  const matrix = (rows: number) => Array.from({ length: rows }, (_, n) => row(n * 5, 5));
  const claims = (count: number) =>
    Array.from({ length: count }, (_, n) => ["the budget", `is used by ${n}`, "the copies"]);
  return {
    query_id: `q-${index}`,
    query: `Where is the budget of service ${index} kept?`,
    gt_answer: SENTENCE.repeat(4),
    response: SENTENCE.repeat(5),
    retrieved_context: Array.from({ length: 5 }, (_, n) => ({ doc_id: `${index}-${n}`, text: SENTENCE.repeat(10) })),
    response_claims: claims(11),
    gt_answer_claims: claims(14),
    answer2response: row(1, 11),
    response2answer: row(2, 14),
    retrieved2response: matrix(11),
    retrieved2answer: matrix(14),
  };
}
