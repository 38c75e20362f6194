import { countTokens, tokenSpans } from "#sandbox/rag/tokenizer";

/** `maxTokens` is for what is embedded, the prefix included; `overlapTokens` are repeated from the chunk before. */
export type Chunking = { readonly maxTokens: number; readonly overlapTokens: number };

export const DEFAULT_CHUNKING: Chunking = { maxTokens: 300, overlapTokens: 40 };

export type MarkdownDocument = { readonly path: string; readonly title: string; readonly body: string };

/** What prefix policy A puts before a chunk that is embedded, and before nothing else. */
export const embeddingPrefix = (title: string): string => `Document: ${title}\n\n`;

/** The first level-one heading, else the file's name without its ending; cut at 80 characters, since it's embedded. */
export function titleOf(path: string, body: string): string {
  const heading = /^#[ \t]+(.+?)[ \t#]*$/m.exec(body)?.[1];
  const title = heading ?? path.replace(/^.*\//, "").replace(/\.(md|markdown)$/i, "");
  return Array.from(title.trim()).slice(0, 80).join("");
}

/**
 * Cuts a document at headings, then fills chunks paragraph by paragraph up to `maxTokens`. A heading starts a new chunk
 * unless the present one is still small; a paragraph that is too long by itself is cut at tokens.
 */
export function chunkMarkdown(body: string, chunking: Chunking): string[] {
  const { maxTokens, overlapTokens } = chunking;
  if (maxTokens < 1 || overlapTokens < 0 || overlapTokens >= maxTokens) {
    throw new RangeError(`chunking needs 0 <= overlapTokens < maxTokens, not ${overlapTokens} and ${maxTokens}`);
  }
  const chunks: string[] = [];
  let current = "";
  const close = () => {
    if (current.trim() !== "") chunks.push(current.trim());
    current = "";
  };
  for (const paragraph of splitParagraphs(body)) {
    const isHeading = /^#{1,6}[ \t]/.test(paragraph);
    if (isHeading && countTokens(current) > maxTokens / 3) close();
    for (const piece of cutLong(paragraph, maxTokens - overlapTokens)) {
      const joined = current === "" ? piece : `${current}\n\n${piece}`;
      if (countTokens(joined) <= maxTokens) {
        current = joined;
        continue;
      }
      const overlap = tail(current, overlapTokens);
      close();
      const carried = overlap === "" ? piece : `${overlap}\n\n${piece}`;
      current = countTokens(carried) <= maxTokens ? carried : piece;
    }
  }
  close();
  return chunks;
}

/** Paragraphs, with fenced code kept in one piece: its blank lines separate nothing. */
function splitParagraphs(body: string): string[] {
  const paragraphs: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  const flush = () => {
    if (lines.length > 0) paragraphs.push(lines.join("\n"));
    lines = [];
  };
  for (const line of body.split(/\r?\n/)) {
    const mark = /^\s{0,3}(```|~~~)/.exec(line)?.[1];
    if (fence !== null) {
      lines.push(line);
      if (mark === fence) fence = null;
      continue;
    }
    if (mark !== undefined) fence = mark;
    const heading = /^#{1,6}[ \t]/.test(line);
    if (line.trim() === "" || heading) flush();
    if (line.trim() !== "") lines.push(line);
    if (heading) flush();
  }
  flush();
  return paragraphs;
}

function cutLong(paragraph: string, maxTokens: number): string[] {
  const spans = tokenSpans(paragraph);
  if (spans.length <= maxTokens) return [paragraph];
  const pieces: string[] = [];
  for (let from = 0; from < spans.length; from += maxTokens) {
    const start = spans[from]?.start ?? 0;
    pieces.push(paragraph.slice(start, spans[from + maxTokens]?.start ?? paragraph.length).trimEnd());
  }
  return pieces;
}

function tail(text: string, tokens: number): string {
  if (tokens === 0) return "";
  const spans = tokenSpans(text);
  const start = spans[spans.length - tokens]?.start;
  return start === undefined ? "" : text.slice(start);
}
