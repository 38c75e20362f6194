import { RagServiceError } from "#src/rag/service-error";

/** Deeper nesting than any honest answer has; what walks it must not run out of stack. */
const MAX_DEPTH = 60;

/** Reads at most `maxBytes` of a body, after decompression. Throws `too-large` and lets the connection go. */
export async function readBounded(response: Response, maxBytes: number, who: string): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw new RagServiceError("too-large", `${who} sent more than ${maxBytes} bytes; the rest was not read.`);
    }
    chunks.push(value);
  }
}

/** A body as JSON. Throws `not-json`, saying what it is instead; the body itself is never repeated. */
export function parseJson(bytes: Uint8Array, who: string): unknown {
  const no = (what: string, cause?: unknown): never => {
    throw new RagServiceError("not-json", `${who} ${what}, not with JSON as docs/rag-service.md says.`, { cause });
  };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return no("answered with bytes that are not UTF-8");
  }
  if (text.trim() === "") return no("answered with an empty body");
  if (text.trimStart().startsWith("<")) return no("answered with HTML or XML (a proxy's page, or a wrong path?)");
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // The parser's own message repeats a piece of the body.
    return no("answered with text that is no JSON");
  }
}

/** Where a value can't be kept as it is: nested too deeply, or with text that a database refuses. Null: nowhere. */
export function findUnstorable(value: unknown): { readonly path: string; readonly why: string } | null {
  const waiting: { value: unknown; path: string; depth: number }[] = [{ value, path: "", depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, depth } = next;
    if (depth > MAX_DEPTH) return { path, why: `is nested more than ${MAX_DEPTH} deep` };
    if (typeof next.value === "string") {
      if (next.value.includes("\0")) return { path, why: "contains the character U+0000" };
      if (!next.value.isWellFormed()) return { path, why: "contains half of a surrogate pair (broken Unicode)" };
    } else if (Array.isArray(next.value)) {
      for (const [at, each] of next.value.entries()) {
        waiting.push({ value: each, path: `${path}[${at}]`, depth: depth + 1 });
      }
    } else if (typeof next.value === "object" && next.value !== null) {
      for (const [key, each] of Object.entries(next.value)) {
        if (key.includes("\0") || !key.isWellFormed()) return { path, why: "has a key with broken text" };
        waiting.push({ value: each, path: path === "" ? key : `${path}.${key}`, depth: depth + 1 });
      }
    }
  }
  return null;
}
