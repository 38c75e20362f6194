/** Text that is HTML already. Only `html` makes it, so nothing that was read can pass for it. */
export type Html = { readonly html: string };
export type Part = string | number | Html | null | readonly Part[];

/** HTML from a template: whatever is put into it is escaped, for text and for quoted attributes alike. `null` is nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.map((text, index) => text + render(parts[index] ?? null)).join("") };
}

function render(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(render).join("");
}

/** Controls, marks and overrides of direction, separators, the byte order mark: they change what stands around them. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/gu;

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replace(UNSEEN, (found) => (found === "\n" || found === "\t" ? found : `⟨U+${codePoint(found)}⟩`))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const codePoint = (text: string): string => (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

/** A text that somebody else wrote, of which at most `most` characters are shown. It can't reorder what stands around it. */
export function echo(text: string, most = 4_000): Html {
  if (text === "") return html`<i class="nothing">nothing</i>`;
  if (text.length <= most) return html`<bdi class="echo">${text}</bdi>`;
  const rest = (text.length - most).toLocaleString("en-US");
  return html`<bdi class="echo">${cut(text, most)}…</bdi> <i class="nothing">(${rest} more characters)</i>`;
}

/** Never half a character. */
const cut = (text: string, most: number): string => text.slice(0, most).replace(/[\ud800-\udbff]$/u, "");
