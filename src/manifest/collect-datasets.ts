import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { extname } from "node:path";

/** A dataset that evaluations of this service use, as the configuration names it. */
export type DatasetSource = { readonly id: string; readonly file: string };
/** Null where the file can't be read. `bytes` and `sha256` are of the file; `cases`: its lines that hold something, for NDJSON. */
export type DatasetFact = {
  readonly id: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly cases: number | null;
};

/** Reads each dataset once, as a stream. A file that isn't there has null facts: the manifest then is not complete. */
export async function collectDatasets(
  sources: readonly DatasetSource[],
  signal?: AbortSignal,
): Promise<readonly DatasetFact[]> {
  const facts: DatasetFact[] = [];
  for (const source of sources) facts.push(await readDataset(source, signal));
  return facts;
}

async function readDataset({ id, file }: DatasetSource, signal?: AbortSignal): Promise<DatasetFact> {
  const hash = createHash("sha256");
  let bytes = 0;
  let cases = 0;
  let holds = false;
  try {
    for await (const chunk of createReadStream(file, signal === undefined ? {} : { signal })) {
      if (!Buffer.isBuffer(chunk)) continue;
      hash.update(chunk);
      bytes += chunk.length;
      for (const byte of chunk) {
        if (byte === 0x0a) {
          if (holds) cases += 1;
          holds = false;
        } else if (byte > 0x20) holds = true;
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!isFileError(error)) throw error;
    return { id, sha256: null, bytes: null, cases: null };
  }
  const isLines = [".jsonl", ".ndjson"].includes(extname(file));
  return { id, sha256: hash.digest("hex"), bytes, cases: isLines ? cases + (holds ? 1 : 0) : null };
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("E");
}
