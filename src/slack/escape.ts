/** Directional overrides, embeddings and isolates: they reorder the words around an echoed name. */
const UNSAFE = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu;
const ATOM = /<[^<>\n]*>|&(?:amp|lt|gt);/g;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function withoutUnsafe(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (found) => {
    if (found === "\n" || found === "\u2028" || found === "\u2029") return "\n";
    return found === "\t" ? " " : "";
  });
}

/** Echoed text for a plain_text object: one line, no control characters; plain_text has no markup to escape. */
export function plainLine(text: string): string {
  return withoutUnsafe(text).replace(/\s+/g, " ").trim();
}

/** Echoed text for mrkdwn: `&`, `<`, `>` become entities, so that no mention, link or broadcast can be smuggled in. */
export function escaped(text: string): string {
  return withoutUnsafe(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Like `escaped`, on one line. */
export function line(text: string): string {
  return escaped(text).replace(/\s+/g, " ").trim();
}

/** Echoed text in bold, at most `max` characters with its stars. */
export function bold(text: string, max = 150): string {
  return `*${shorten(line(text).replaceAll("*", "∗"), max - 2) || "—"}*`;
}

/** An id in code style, at most `max` characters with its backticks. */
export function code(text: string, max = 80): string {
  return `\`${shorten(line(text).replaceAll("`", "ˋ"), max - 2) || "—"}\``;
}

/** Several lines in a code block, at most `max` characters with its fences. */
export function codeBlock(text: string, max: number): string {
  return `\`\`\`${shorten(escaped(text).replaceAll("`", "ˋ").trim(), max - 6) || "—"}\`\`\``;
}

/** A mention: a notification. Only for somebody who has to act. */
export function mention(userId: string): string {
  return /^[UW][A-Z0-9]+$/.test(userId) ? `<@${userId}>` : line(userId);
}

/** A link to a channel. */
export function channelLink(channelId: string): string {
  return /^[CGD][A-Z0-9]+$/.test(channelId) ? `<#${channelId}>` : line(channelId);
}

/**
 * The only place where text is shortened: at most `max` UTF-16 units, ending in "…" when something was left out. Never
 * cuts an entity, a mention, a date, a grapheme or a surrogate pair in half, and closes a code span it cut.
 */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 3) return "…".slice(0, Math.max(0, max));
  const end = safeCut(text, max - 2);
  const kept = text.slice(0, end).trimEnd();
  const openCode = (kept.split("`").length - 1) % 2 === 1;
  return `${kept}${openCode ? "`" : ""}…`;
}

function safeCut(text: string, wanted: number): number {
  // A grapheme can begin inside the atom before it (a combining mark after ">"), hence until nothing moves.
  for (let end = wanted; ; ) {
    const moved = graphemeStart(text, atomStart(text, end));
    if (moved === end) return end;
    end = moved;
  }
}

function atomStart(text: string, at: number): number {
  for (const atom of text.matchAll(ATOM)) {
    if (atom.index >= at) break;
    if (at < atom.index + atom[0].length) return atom.index;
  }
  return at;
}

function graphemeStart(text: string, at: number): number {
  return graphemes.segment(text).containing(at)?.index ?? at;
}
