/** How a document is cut. `overlap`: share of `maxTokens` that is repeated from the chunk before. */
export type Cutting = { readonly maxTokens: number; readonly overlap: number };

/** A run of letters or digits counts one token per six begun, any other visible character one: an estimate for any tokenizer. */
const PIECE = /[\p{L}\p{N}]{1,6}|[^\s\p{L}\p{N}]/gu;

export const estimateTokens = (text: string): number => text.match(PIECE)?.length ?? 0;

/**
 * Golive's own cutter, for comparing two chunkings with each other: chunks are filled paragraph by paragraph, headings begin a new one unless the
 * present one is small, fenced code stays together, and what is too long by itself is cut between words.
 */
export function cut(text: string, { maxTokens, overlap }: Cutting): readonly string[] {
  const repeated = Math.min(Math.round(maxTokens * overlap), maxTokens - 1);
  const chunks: string[] = [];
  let [current, size] = ["", 0];
  const close = (): void => {
    if (current !== "") chunks.push(current);
    [current, size] = ["", 0];
  };
  for (const paragraph of paragraphsOf(text)) {
    if (/^#{1,6}[ \t]/.test(paragraph) && size > maxTokens / 3) close();
    for (const piece of piecesOf(paragraph, maxTokens - repeated)) {
      const more = estimateTokens(piece);
      if (size + more > maxTokens) {
        const carried = tail(current, repeated);
        close();
        const left = estimateTokens(carried);
        if (carried !== "" && left + more <= maxTokens) [current, size] = [carried, left];
      }
      current = current === "" ? piece : `${current}\n\n${piece}`;
      size += more;
    }
  }
  close();
  return chunks;
}

function paragraphsOf(text: string): readonly string[] {
  const found: string[] = [];
  let lines: string[] = [];
  let fenced = false;
  const flush = (): void => {
    if (lines.length > 0) found.push(lines.join("\n"));
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const isFence = /^\s{0,3}(?:```|~~~)/.test(line);
    const isHeading = !fenced && /^#{1,6}[ \t]/.test(line);
    if (!fenced && (line.trim() === "" || isHeading)) flush();
    if (fenced || line.trim() !== "") lines.push(line);
    if (isHeading) flush();
    if (isFence) fenced = !fenced;
  }
  flush();
  return found;
}

/** Between words, each at most so many tokens. */
function piecesOf(paragraph: string, most: number): readonly string[] {
  if (estimateTokens(paragraph) <= most) return [paragraph];
  const pieces: string[] = [];
  let [current, size] = ["", 0];
  for (const word of paragraph.match(/\s*\S+/g) ?? []) {
    const more = estimateTokens(word);
    if (size + more > most && current !== "") {
      pieces.push(current.trim());
      [current, size] = ["", 0];
    }
    current += word;
    size += more;
  }
  return current.trim() === "" ? pieces : [...pieces, current.trim()];
}

function tail(text: string, tokens: number): string {
  if (tokens <= 0) return "";
  const words = text.match(/\s*\S+/g) ?? [];
  let [from, size] = [words.length, 0];
  while (from > 0) {
    size += estimateTokens(words[from - 1] ?? "");
    if (size > tokens) break;
    from -= 1;
  }
  return words.slice(from).join("").trim();
}
