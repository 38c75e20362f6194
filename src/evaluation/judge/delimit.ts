import { canonicalJson, sha256 } from "#src/manifest/canonical";

/** A tag and the data in it. `id`: of a claim. */
export type Part = {
  readonly tag: "question" | "answer" | "reference" | "claim";
  readonly id?: string;
  readonly text: string;
};

const NONCE_LENGTH = 16;

/**
 * Foreign texts as parts of a prompt that nobody who wrote them can end, fake or address. `<`, `>`, `"` and `&` are escaped, and every
 * tag carries the same sixteen characters: the SHA-256 of all parts together. Who writes one of the texts would have to
 * know the hash of a text that contains that hash. And the same request stays the same request, which a random nonce would not.
 */
export function delimit(parts: readonly Part[]): string {
  const nonce = sha256(canonicalJson(parts.map(({ tag, id, text }) => [tag, id ?? null, text]))).slice(0, NONCE_LENGTH);
  return parts
    .map(({ tag, id, text }) => {
      const name = `${tag}-${nonce}`;
      return `<${name}${id === undefined ? "" : ` id="${escaped(id)}"`}>${escaped(text)}</${name}>`;
    })
    .join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
