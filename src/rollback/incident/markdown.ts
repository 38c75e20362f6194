import type { Incident } from "#src/rollback/incident/incident";
import { exactTime } from "#src/rollback/incident/times";

/** The incident as Markdown. Texts of people are escaped: they are read, never interpreted. */
export function incidentMarkdown(incident: Incident): string {
  const { id, title, summary, facts, timeline, people, evidence, figures, changes, actions } = incident;
  return `${[
    `# ${safe(title)}`,
    ...summary.map(safe),
    table(
      ["", safe(id)],
      facts.map(([name, value]) => [name, value]),
    ),
    "## What has to be done",
    actions.map(([what, who]) => `- [ ] ${safe(what)} — **${safe(who)}**`).join("\n"),
    "## Timeline",
    table(
      ["When", "Who", "What"],
      timeline.map(({ at, by, text }) => [exactTime(at), by, text]),
    ),
    "## People",
    people.length === 0 ? "Nobody but Golive." : table(["Who", "Did"], people),
    "## Evidence",
    table(["What", "Outcome", "Detail"], evidence),
    ...(figures.length === 0
      ? []
      : [
          "## Figures",
          table(
            ["Step", "Figure", "Value"],
            figures.map(({ step, name, value }) => [step, name, value]),
          ),
        ]),
    "## What changed since the last stable manifest",
    changesText(changes),
  ].join("\n\n")}\n`;
}

function changesText(changes: Incident["changes"]): string {
  if (changes === null) return "Not known: one of the two manifests is not kept.";
  return changes.length === 0 ? "Nothing." : changes.map((text) => `- ${safe(text)}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map((cell) => safe(cell) || " ").join(" | ")} |`;
  return [row(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(row)].join("\n");
}

const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/gu;

/** One line; nothing in it begins a link, a tag, a cell, a heading or an emphasis. */
function safe(text: string): string {
  return text
    .toWellFormed()
    .replace(/\s+/gu, " ")
    .replace(UNSEEN, "")
    .replace(/[\\`*_{}[\]<>|~#!&]/g, (found) => `\\${found}`)
    .trim();
}
