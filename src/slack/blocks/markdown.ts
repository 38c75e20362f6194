import { escaped } from "#src/slack/escape";

/**
 * Markdown as people write it in files, as Slack's mrkdwn: paragraphs and list items on one line each, bold, headings, links and lists. What
 * would be markup of Slack's own (mentions, broadcasts) is text.
 */
export function fromMarkdown(markdown: string): string {
  const lines = unwrapped(escaped(markdown).split("\n"));
  return lines.map(toMrkdwn).join("\n").trim();
}

const BEGINS = /^\s*(?:[-*+] |\d+\. |#{1,6} |```|&gt; |$)/;

/** Files are wrapped at some column, messages are not. */
function unwrapped(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let inCode = false;
  for (const line of lines) {
    const last = joined.at(-1);
    const isFence = line.trimStart().startsWith("```");
    const isOwn = inCode || isFence || BEGINS.test(line) || last === undefined || last.trim() === "";
    if (isOwn || /^\s*(?:#|```)/.test(last)) joined.push(line.trimEnd());
    else joined[joined.length - 1] = `${last} ${line.trim()}`;
    if (isFence) inCode = !inCode;
  }
  return joined;
}

function toMrkdwn(line: string): string {
  return line
    .replace(/^\s*#{1,6} +(.*)$/, "*$1*")
    .replace(/^(\s*)[-*+] +/, "$1• ")
    .replace(/\*\*([^*]+)\*\*/g, "*$1*")
    .replace(/\[([^\][]+)\]\((https?:[^\s()]+)\)/g, "<$2|$1>");
}
