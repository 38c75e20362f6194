import { type JsonReader, type Piece, parsePiece } from "#src/evaluation/results/json-reader";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** The elements of the array that begins here, cut one by one. */
export async function* arrayElements(reader: JsonReader, name: string): AsyncGenerator<Piece> {
  await reader.take(["["], `the array ${name}`);
  if ((await reader.peek()) === "]") {
    await reader.take(["]"], "the end of the array");
    return;
  }
  for (let index = 0; ; index++) {
    yield await inElement(reader, index);
    const next = await reader.take([",", "]"], `a comma or the end of the array ${name} after element ${index}`);
    if (next === "]") return;
  }
}

/** Says which element it was that could not be cut. */
async function inElement(reader: JsonReader, index: number): Promise<Piece> {
  await reader.peek();
  const offset = reader.offset();
  try {
    const piece = await reader.value();
    if (piece.bytes.length > 0) return piece;
  } catch (error) {
    if (!(error instanceof ResultFileError) || error.place?.index !== undefined) throw error;
    throw new ResultFileError(error.code, `in element ${index}: ${error.message}`, null, { cause: error });
  }
  throw new ResultFileError("not-json", "nothing where a value was expected", { index, offset });
}

/**
 * The keys of the object that begins here. At each the reader stands before the value, and whoever reads this has to take
 * it. A key that stands twice is an error: nobody can say which one counts.
 */
export async function* objectKeys(reader: JsonReader): AsyncGenerator<string> {
  await reader.take(["{"], "an object");
  const seen = new Set<string>();
  if ((await reader.peek()) === "}") {
    await reader.take(["}"], "the end of the object");
    return;
  }
  do {
    const offset = reader.offset();
    if ((await reader.peek()) !== '"')
      throw new ResultFileError("not-json", "a key in quotes was expected", { offset });
    const key = String(parsePiece(await reader.value()));
    await reader.take([":"], `a colon after the key ${JSON.stringify(key)}`);
    if (seen.has(key)) throw new ResultFileError("layout", `the key ${JSON.stringify(key)} stands twice`, { offset });
    seen.add(key);
    yield key;
  } while ((await reader.take([",", "}"], "a comma or the end of the object")) === ",");
}

/** Nothing may follow. */
export async function expectEnd(reader: JsonReader): Promise<void> {
  const next = await reader.peek();
  if (next === null) return;
  throw new ResultFileError("not-json", "something follows after the end of the document", { offset: reader.offset() });
}
