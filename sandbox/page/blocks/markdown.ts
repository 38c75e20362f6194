import { emoji } from "#sandbox/page/blocks/emoji";
import { link } from "#sandbox/page/blocks/mentions";
import { type Html, html, join } from "#sandbox/page/html";

/** The `markdown` block: the common part of Markdown. HTML in it is text. */
export function markdown(text: string): Html {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const out: Html[] = [];
  for (let at = 0; at < lines.length; ) {
    const { markup, next } = readBlock(lines, at);
    out.push(markup);
    at = next;
  }
  return html`<div class="rich">${out}</div>`;
}

type Read = { readonly markup: Html; readonly next: number };

function readBlock(lines: readonly string[], at: number): Read {
  const line = lines[at] ?? "";
  const fence = /^(`{3,}|~{3,})/.exec(line)?.[1];
  if (fence) {
    const close = lines.findIndex((other, i) => i > at && other.startsWith(fence));
    const end = close < 0 ? lines.length : close;
    return { markup: html`<pre><code>${lines.slice(at + 1, end).join("\n")}</code></pre>`, next: end + 1 };
  }
  if (line.trim() === "") return { markup: html``, next: at + 1 };
  const heading = /^(#{1,6}) +(.+?) *#*$/.exec(line);
  if (heading) return { markup: html`<p class="md-heading">${span(heading[2] ?? "")}</p>`, next: at + 1 };
  if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) return { markup: html`<hr>`, next: at + 1 };
  if (line.includes("|") && /^ *\|?( *:?-+:? *\|)+ *:?-* *:? *$/.test(lines[at + 1] ?? "")) return readTable(lines, at);
  if (line.startsWith(">")) {
    const end = endOf(lines, at, (other) => other.startsWith(">"));
    const inner = lines.slice(at, end).map((quoted) => quoted.replace(/^> ?/, ""));
    return { markup: html`<blockquote>${markdown(inner.join("\n"))}</blockquote>`, next: end };
  }
  if (listItem.test(line)) return readList(lines, at);
  const end = endOf(
    lines,
    at,
    (other) => other.trim() !== "" && !/^(#{1,6} |>|`{3})/.test(other) && !listItem.test(other),
  );
  return { markup: html`<p>${join(lines.slice(at, end).map(span), "<br>")}</p>`, next: end };
}

const listItem = /^(\s*)([-*+]|\d{1,9}[.)]) +(.*)$/;

function endOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at + 1;
  while (end < lines.length && belongs(lines[end] ?? "")) end += 1;
  return end;
}

function readList(lines: readonly string[], at: number): Read {
  const ordered = /^\s*\d/.test(lines[at] ?? "");
  const end = endOf(lines, at, (line) => listItem.test(line) && /^\s*\d/.test(line) === ordered);
  const items = lines.slice(at, end).map((line) => {
    const [, indent = "", , rest = ""] = listItem.exec(line) ?? [];
    return html`<li${indent.length > 1 ? html` class="nested"` : ""}>${span(rest)}</li>`;
  });
  const start = Number.parseInt((lines[at] ?? "").trim(), 10);
  return { markup: ordered ? html`<ol start="${start}">${items}</ol>` : html`<ul>${items}</ul>`, next: end };
}

function readTable(lines: readonly string[], at: number): Read {
  const end = endOf(lines, at, (line) => line.includes("|"));
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => span(cell.trim()));
  const head = cells(lines[at] ?? "").map((cell) => html`<th scope="col">${cell}</th>`);
  const rows = lines
    .slice(at + 2, end)
    .map((line) => html`<tr>${cells(line).map((cell) => html`<td>${cell}</td>`)}</tr>`);
  const table = html`<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
  return { markup: html`<div class="table-frame">${table}</div>`, next: end };
}

const spans: readonly { readonly pattern: RegExp; readonly wrap: (found: RegExpExecArray) => Html }[] = [
  { pattern: /^\\([\\`*_{}[\]()#+.!~|-])/, wrap: (m) => html`${m[1]}` },
  { pattern: /^`([^`\n]+)`/, wrap: (m) => html`<code>${m[1]}</code>` },
  { pattern: /^\[([^\]\n]+)\]\(([^()\s]+)\)/, wrap: (m) => link(m[2] ?? "", span(m[1] ?? "")) },
  { pattern: /^<(https?:\/\/[^\s>]+)>/, wrap: (m) => link(m[1] ?? "", m[1] ?? "") },
  { pattern: /^\*\*(?=\S)(.+?\S|\S)\*\*/, wrap: (m) => html`<strong>${span(m[1] ?? "")}</strong>` },
  { pattern: /^__(?=\S)(.+?\S|\S)__(?!\w)/, wrap: (m) => html`<strong>${span(m[1] ?? "")}</strong>` },
  { pattern: /^~~(?=\S)(.+?\S|\S)~~/, wrap: (m) => html`<s>${span(m[1] ?? "")}</s>` },
  { pattern: /^\*(?=[^\s*])([^*\n]*[^\s*])\*/, wrap: (m) => html`<em>${span(m[1] ?? "")}</em>` },
  { pattern: /^_(?=[^\s_])([^_\n]*[^\s_])_(?!\w)/, wrap: (m) => html`<em>${span(m[1] ?? "")}</em>` },
  { pattern: /^:([a-z0-9_+-]+):/, wrap: (m) => html`${emoji(m[1] ?? "") ?? m[0]}` },
];

function span(text: string): Html {
  const out: Html[] = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const inWord = /\w/.test(text[at - 1] ?? "") && text[at] === "_";
    const rest = text.slice(at);
    const hit = inWord
      ? undefined
      : spans.map((each) => ({ each, found: each.pattern.exec(rest) })).find((h) => h.found);
    if (hit?.found) {
      out.push(html`${plain}`, hit.each.wrap(hit.found));
      plain = "";
      at += hit.found[0].length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  return join([...out, html`${plain}`]);
}
