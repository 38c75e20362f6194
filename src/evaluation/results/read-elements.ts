import { openWindow, type ReadBytes } from "#src/evaluation/results/byte-window";
import { bothLayouts, FLAT_PARTS, type FlatPart, type Layout } from "#src/evaluation/results/find-layout";
import { arrayElements, expectEnd, objectKeys } from "#src/evaluation/results/json-parts";
import { openJson, type Piece, parsePiece } from "#src/evaluation/results/json-reader";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** One entry as it was parsed, not yet checked. `offset`: where it begins in the file, in a flat file its input. */
export type RawElement = { readonly index: number; readonly offset: number; readonly value: unknown };

/** Other keys at the top of the document, as far as they have been passed: all of them after the last element. */
export type Rest = Map<string, unknown>;

/** Of the arrays of a flat file each is read at its own place, with a window of its own. */
const FLAT_WINDOW = 1 << 18;

/** Every element in the order of the file, in memory one at a time. Keys of the document beside the elements go to `rest`. */
export function readElements(read: ReadBytes, layout: Layout, rest: Rest): AsyncGenerator<RawElement> {
  switch (layout.kind) {
    case "nested":
      return readNested(read, rest);
    case "flat":
      return readFlat(read, layout.parts, rest);
    case "array":
      return readArray(read);
    case "lines":
      return readLines(read);
  }
}

const parsed = (piece: Piece, index: number): RawElement => ({
  index,
  offset: piece.offset,
  value: parsePiece(piece, index),
});

async function* readNested(read: ReadBytes, rest: Rest): AsyncGenerator<RawElement> {
  const reader = await openJson(openWindow(read));
  for await (const key of objectKeys(reader)) {
    if (key === "input_data") throw bothLayouts();
    if (key !== "results") {
      rest.set(key, parsePiece(await reader.value()));
      continue;
    }
    let index = 0;
    for await (const piece of arrayElements(reader, "results")) yield parsed(piece, index++);
  }
  await expectEnd(reader);
}

async function* readArray(read: ReadBytes): AsyncGenerator<RawElement> {
  const reader = await openJson(openWindow(read));
  let index = 0;
  for await (const piece of arrayElements(reader, "of results")) yield parsed(piece, index++);
  await expectEnd(reader);
}

async function* readLines(read: ReadBytes): AsyncGenerator<RawElement> {
  const reader = await openJson(openWindow(read));
  for (let index = 0; ; index++) {
    const next = await reader.peek();
    if (next === null) return;
    if (next !== "{") {
      throw new ResultFileError("not-json", `${JSON.stringify(next)} where an object was expected`, {
        index,
        offset: reader.offset(),
      });
    }
    yield parsed(await reader.value(), index);
  }
}

async function* readFlat(
  read: ReadBytes,
  parts: ReadonlyMap<FlatPart, number>,
  rest: Rest,
): AsyncGenerator<RawElement> {
  const present = FLAT_PARTS.filter((part) => parts.has(part));
  const columns = await Promise.all(
    present.map(async (part) => {
      const reader = await openJson(openWindow(read, parts.get(part) ?? 0, FLAT_WINDOW));
      return { part, pieces: arrayElements(reader, part) };
    }),
  );
  for (let index = 0; ; index++) {
    const row: { part: FlatPart; piece: RawElement | null }[] = [];
    for (const { part, pieces } of columns) {
      const { value, done } = await pieces.next();
      row.push({ part, piece: done === true ? null : parsed(value, index) });
    }
    const ended = row.filter(({ piece }) => piece === null).map(({ part }) => part);
    if (ended.length === row.length) break;
    if (ended.length > 0) {
      const longer = row.filter(({ piece }) => piece !== null).map(({ part }) => part);
      throw new ResultFileError(
        "shape",
        `${ended.join(", ")} ${ended.length === 1 ? "has" : "have"} ${index} entries, and ${longer.join(", ")} more; expected one ` +
          "for each query",
      );
    }
    yield joinRow(row, index);
  }
  await readRest(read, rest);
}

/** What stands in the nested layout: the input with its claims and labels. */
function joinRow(row: readonly { part: FlatPart; piece: RawElement | null }[], index: number): RawElement {
  const input = row.find(({ part }) => part === "input_data")?.piece;
  const offset = input?.offset ?? 0;
  const value = input?.value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { index, offset, value };
  const others = row.flatMap(({ part, piece }) =>
    part === "input_data" || piece === null || piece.value === null ? [] : [[part, piece.value] as const],
  );
  return { index, offset, value: { ...value, ...Object.fromEntries(others) } };
}

/** The second look at a flat file, for what is none of its parts. */
async function readRest(read: ReadBytes, rest: Rest): Promise<void> {
  const reader = await openJson(openWindow(read));
  for await (const key of objectKeys(reader)) {
    if (FLAT_PARTS.some((part) => part === key)) {
      if ((await reader.peek()) === "[") await reader.skip();
      else if (parsePiece(await reader.value()) !== null) {
        throw new ResultFileError("shape", `${key} is no array; expected one entry for each query`);
      }
    } else rest.set(key, parsePiece(await reader.value()));
  }
  await expectEnd(reader);
}
