import { open } from "node:fs/promises";
import type { ReadBytes } from "#src/evaluation/results/byte-window";
import { checkElement, type Result } from "#src/evaluation/results/check-element";
import { findLayout, type Layout } from "#src/evaluation/results/find-layout";
import { type Rest, readElements } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** An open file of results. It can be gone through several times; its bytes are never in memory as a whole. */
export type ResultFile = {
  readonly layout: Layout["kind"];
  readonly bytes: number;
  /** Every result in the order of the file. Other keys of the document are in `rest` when the last one was given. */
  results(rest?: Rest): AsyncGenerator<Result>;
  close(): Promise<void>;
};

/** Opens a file of results of any size. Throws `ResultFileError` for one that can't be read or is none. */
export async function openResults(path: string): Promise<ResultFile> {
  const { read, bytes, close } = await openFile(path);
  try {
    const layout = await findLayout(read);
    return {
      layout: layout.kind,
      bytes,
      async *results(rest = new Map()) {
        for await (const raw of readElements(read, layout, rest)) yield checkElement(raw);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A regular file, for reading at any place. Throws `ResultFileError`. */
export async function openFile(path: string) {
  const handle = await open(path, "r").catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const why = code === "ENOENT" ? "there is no such file" : `it can't be opened (${code})`;
    throw new ResultFileError("missing", why, null, { cause });
  });
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new ResultFileError("not-a-file", "it is no regular file; results are read more than once, a pipe can't be");
  }
  const read: ReadBytes = async (into, at, length, position) =>
    (await handle.read(into, at, length, position)).bytesRead;
  return { read, bytes: stats.size, close: () => handle.close() };
}
