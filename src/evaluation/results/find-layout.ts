import { openWindow, type ReadBytes } from "#src/evaluation/results/byte-window";
import { objectKeys } from "#src/evaluation/results/json-parts";
import { openJson } from "#src/evaluation/results/json-reader";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** The parts of a flat file: one array each, with an entry for each query. */
export const FLAT_PARTS = [
  "input_data",
  "response_claims",
  "gt_answer_claims",
  "answer2response",
  "response2answer",
  "retrieved2response",
  "retrieved2answer",
] as const;
export type FlatPart = (typeof FLAT_PARTS)[number];

/**
 * How the results lie in a file.
 * - `nested`: RAGChecker's `{"results": [{…}]}`.
 * - `flat`: its older `{"input_data": […], "answer2response": […], …}`; `parts` says at which byte each array begins.
 * - `lines`: one result after another (NDJSON).
 * - `array`: `[{…}]`.
 */
export type Layout =
  | { readonly kind: "nested" | "lines" | "array" }
  | { readonly kind: "flat"; readonly parts: ReadonlyMap<FlatPart, number> };

/** What a line of its own would have, and a document doesn't. */
const OF_A_RESULT = ["query_id", "case_id", "id", "query", "question"];

/** Looks as far as it has to: up to `results` in a nested file, over the whole of a flat one. */
export async function findLayout(read: ReadBytes): Promise<Layout> {
  const reader = await openJson(openWindow(read));
  const first = await reader.peek();
  if (first === null) throw new ResultFileError("empty", "the file is empty");
  if (first === "[") return { kind: "array" };
  if (first !== "{") {
    throw new ResultFileError("layout", `the file begins with ${JSON.stringify(first)}; expected a JSON object`, {
      offset: reader.offset(),
    });
  }
  const keys: string[] = [];
  const parts = new Map<FlatPart, number>();
  for await (const key of objectKeys(reader)) {
    const part = FLAT_PARTS.find((each) => each === key);
    if (key === "results") {
      if (parts.has("input_data")) throw bothLayouts();
      return { kind: "nested" };
    }
    // `null` is what RAGChecker writes for a check that was not made.
    if (part !== undefined && (await reader.peek()) === "[") parts.set(part, reader.offset());
    keys.push(key);
    await reader.skip();
  }
  if (parts.has("input_data")) return { kind: "flat", parts };
  if (keys.some((key) => OF_A_RESULT.includes(key))) return { kind: "lines" };
  throw new ResultFileError(
    "layout",
    `neither "results" (nested layout) nor "input_data" (flat layout) is at the top, and the first object is no result: it has ` +
      `${keys.length === 0 ? "no keys" : keys.slice(0, 8).join(", ")}`,
  );
}

export const bothLayouts = (): ResultFileError =>
  new ResultFileError("layout", `both "results" and "input_data" are at the top: nobody can say which of them counts`);
