import { emoji } from "#sandbox/page/blocks/emoji";
import { angle, decodeEntities, link } from "#sandbox/page/blocks/mentions";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html, join } from "#sandbox/page/html";

/**
 * Slack's mrkdwn → HTML. What Slack gives no meaning to (`# hash`, `1 * 2 * 3`, `<script>`) stays the text it was.
 * Senders escape `& < >`; those three entities are undone here and everything is escaped again on the way out.
 */
export function mrkdwn(text: string, viewing: Viewing): Html {
  const pieces = text.split(/```(?:\n)?([\s\S]+?)(?:\n)?```/);
  return join(
    pieces.map((piece, i) => {
      if (i % 2 === 1) return html`<pre><code>${decodeEntities(piece)}</code></pre>`;
      const touched = (i > 0 ? piece.replace(/^\n/, "") : piece).replace(i < pieces.length - 1 ? /\n$/ : /$^/, "");
      return touched === "" ? html`` : paragraphs(touched, viewing);
    }),
  );
}

/** Text of which only emoji short names mean something. */
export function plainText(text: string, withEmoji = true): Html {
  const decoded = decodeEntities(text);
  return html`${withEmoji ? decoded.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) => emoji(name) ?? whole) : decoded}`;
}

type LineKind = "quote" | "bullet" | "number" | "text";

function paragraphs(text: string, viewing: Viewing): Html {
  const out: Html[] = [];
  const lines = text.split("\n");
  for (let start = 0; start < lines.length; ) {
    const kind = kindOf(lines[start] ?? "");
    let end = start + 1;
    while (end < lines.length && kindOf(lines[end] ?? "") === kind) end += 1;
    out.push(group(kind, lines.slice(start, end), viewing));
    start = end;
  }
  return join(out);
}

function kindOf(line: string): LineKind {
  if (/^(>|&gt;)/.test(line)) return "quote";
  if (/^\s*[•◦-] \S/.test(line)) return "bullet";
  return /^\d{1,3}\. \S/.test(line) ? "number" : "text";
}

/** Lists keep the very marker that was typed: a line `- 5 degrees` must not turn into another character. */
function group(kind: LineKind, lines: readonly string[], viewing: Viewing): Html {
  if (kind === "quote") {
    const quoted = lines.map((line) => line.replace(/^(>|&gt;) ?/, "")).join("\n");
    return html`<blockquote>${inline(quoted, viewing)}</blockquote>`;
  }
  if (kind === "bullet") {
    const items = lines.map((line) => {
      const [, indent = "", marker = "", rest = ""] = /^(\s*)([•◦-]) (.*)$/.exec(line) ?? [];
      const nested = indent.length > 1 ? " nested" : "";
      return html`<li class="${marker === "-" ? "dash" : "dot"}${nested}">${inline(rest, viewing)}</li>`;
    });
    return html`<ul class="marks">${items}</ul>`;
  }
  if (kind === "number") {
    const items = lines.map((line) => {
      const [, value = "1", rest = ""] = /^(\d+)\. (.*)$/.exec(line) ?? [];
      return html`<li value="${Number(value)}">${inline(rest, viewing)}</li>`;
    });
    return html`<ol class="marks">${items}</ol>`;
  }
  return html`<div class="lines">${inline(lines.join("\n"), viewing)}</div>`;
}

const emphasis: Readonly<Record<string, (inner: Html) => Html>> = {
  "*": (inner) => html`<strong>${inner}</strong>`,
  _: (inner) => html`<em>${inner}</em>`,
  "~": (inner) => html`<s>${inner}</s>`,
};

/** One run of text: code, `<…>`, emphasis, emoji, bare addresses; line feeds become breaks. */
function inline(text: string, viewing: Viewing): Html {
  const out: Html[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") out.push(html`${decodeEntities(plain)}`);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const token = readToken(text, at, viewing);
    if (token) {
      flush();
      out.push(token.markup);
      at = token.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return join(out);
}

type Token = { readonly markup: Html; readonly end: number };

function readToken(text: string, at: number, viewing: Viewing): Token | null {
  const char = text[at] ?? "";
  if (char === "\n") return { markup: html`<br>`, end: at + 1 };
  if (char === "`") return readCode(text, at);
  if (char === "<") return readAngle(text, at, viewing);
  if (char === ":") return readEmoji(text, at);
  if (char === "h") return readAddress(text, at);
  const wrap = emphasis[char];
  if (!wrap || !opens(text, at)) return null;
  const close = findClose(text, at, char);
  return close < 0 ? null : { markup: wrap(inline(text.slice(at + 1, close), viewing)), end: close + 1 };
}

function readCode(text: string, at: number): Token | null {
  const close = text.indexOf("`", at + 1);
  const code = text.slice(at + 1, close);
  if (close < 0 || code.trim() === "" || code.includes("\n")) return null;
  return { markup: html`<code>${decodeEntities(code)}</code>`, end: close + 1 };
}

function readAngle(text: string, at: number, viewing: Viewing): Token | null {
  const close = text.indexOf(">", at);
  const markup = close < 0 ? null : angle(text.slice(at + 1, close), viewing);
  return markup && { markup, end: close + 1 };
}

function readEmoji(text: string, at: number): Token | null {
  const name = /^:([a-z0-9_+'-]+):/.exec(text.slice(at, at + 60))?.[1];
  if (name === undefined) return null;
  // An unknown name is taken whole, or its underscores would read as emphasis.
  return { markup: html`${emoji(name) ?? `:${name}:`}`, end: at + name.length + 2 };
}

function readAddress(text: string, at: number): Token | null {
  if (at > 0 && /[\p{L}\p{N}_]/u.test(text[at - 1] ?? "")) return null;
  const found = /^https?:\/\/[^\s<>|*~`]+[^\s<>|*~`.,;:!?)"']/.exec(text.slice(at, at + 2000))?.[0];
  if (found === undefined) return null;
  return { markup: link(decodeEntities(found), decodeEntities(found)), end: at + found.length };
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);
const isSpace = (char: string | undefined): boolean => char === undefined || /\s/.test(char);

function opens(text: string, at: number): boolean {
  const next = text[at + 1];
  return !isWord(text[at - 1]) && text[at - 1] !== text[at] && !isSpace(next) && next !== text[at];
}

/** Where the emphasis opened at `at` ends: on the same line, not inside code or `<…>`, before a word boundary. */
function findClose(text: string, at: number, marker: string): number {
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i += 1) {
    const skip = text[i] === "`" ? text.indexOf("`", i + 1) : text[i] === "<" ? text.indexOf(">", i + 1) : -1;
    if (skip > i) i = skip;
    else if (text[i] === marker && !isSpace(text[i - 1]) && !isWord(text[i + 1]) && text[i + 1] !== marker) return i;
  }
  return -1;
}
