/** Markup that is safe to send: made by `html` (which escapes) or `raw` (whose caller vouches for it). */
export type Html = { readonly html: string };

type Part = Html | string | number | false | null | undefined | readonly Html[];

/** Escapes text for element content and for quoted attribute values. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Vouches for markup written by this program, never for anything that came over the wire. */
const raw = (markup: string): Html => ({ html: markup });

export const nothing: Html = raw("");

/** Template tag: every interpolated string is escaped, `Html` is kept, `false`, `null` and `undefined` are left out. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return raw(strings.reduce((whole, piece, i) => whole + piece + (i < parts.length ? markup(parts[i]) : ""), ""));
}

export const join = (parts: readonly Html[], between = ""): Html => raw(parts.map((part) => part.html).join(between));

function markup(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map((one) => one.html).join("");
}

/** `  name="value"` when there is a value, nothing otherwise. The name is a literal of this program. */
export function attribute(name: string, value: string | number | boolean | null | undefined): Html {
  if (value === null || value === undefined || value === false) return nothing;
  return value === true ? raw(` ${name}`) : raw(` ${name}="${escapeHtml(String(value))}"`);
}
