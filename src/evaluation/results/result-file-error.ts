export type ResultFileProblem =
  | "missing"
  | "not-a-file"
  | "empty"
  | "not-json"
  | "truncated"
  | "not-utf8"
  | "too-large"
  | "layout"
  | "shape"
  | "changed";

/** Where in a file: `index` counts results (or lines, or entries) from 0, `offset` bytes from the start of the file. */
export type Place = { readonly index?: number; readonly offset: number; readonly query?: string };

/** A file of results, cases or examples that can't be used. Its message is a sentence that names the place and what was expected. */
export class ResultFileError extends Error {
  override readonly name = "ResultFileError";
  readonly code: ResultFileProblem;
  readonly retryable = false;
  readonly place: Place | null;
  constructor(code: ResultFileProblem, message: string, place: Place | null = null, options?: ErrorOptions) {
    super(place === null ? message : `${describePlace(place)}: ${message}`, options);
    this.code = code;
    this.place = place;
  }
}

function describePlace({ index, offset, query }: Place): string {
  if (index === undefined) return `byte ${offset}`;
  return `element ${index} (${query === undefined ? "" : `query ${JSON.stringify(query)}, `}from byte ${offset})`;
}
