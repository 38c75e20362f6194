import type { SopCard } from "#src/operations/sop/card";

/** What a card may say in double braces, and what stands there then. */
export const PLACEHOLDERS = {
  service: "the service's id",
  run: "the ingestion run that was evaluated",
  config: "its configuration version",
  evaluation: "the evaluation's id",
  baseline_evaluation: "the evaluation that it was compared with, or “none”",
  cause: "the cause",
  sure: "how sure it is: “sure”, “likely” or “not clear”",
  explains: "the share of the loss that the cause explains, with its interval",
  metric: "the metric that shows it best",
  metrics: "all metrics that show it",
  value: "its value now",
  baseline: "its value in the baseline, or “no baseline”",
  against: "what its value is held against: “62.0 % in the baseline, bar 70.0 %”, or “there is no baseline yet”",
  difference: "now less baseline, with its sign",
  bar: "what it is held to, or “no bar”",
  cases: "how many cases show the cause",
  worst_cases: "ids of the five worst of them",
  signs: "what shows in them, with counts",
  example: "what the traces say of the worst case",
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;
export type Filling = Readonly<Record<Placeholder, string>>;

const BRACES = /\{\{\s*([^{}]*?)\s*\}\}/g;

const isPlaceholder = (name: string): name is Placeholder => Object.hasOwn(PLACEHOLDERS, name);

/** Names in double braces that mean nothing, each with its line in the text, from 1. */
export function unknownPlaceholders(text: string): { readonly name: string; readonly line: number }[] {
  return [...text.matchAll(BRACES)].flatMap((found) => {
    const name = found[1] ?? "";
    return isPlaceholder(name) ? [] : [{ name, line: text.slice(0, found.index).split("\n").length }];
  });
}

/** The card's texts with what is known of this run. A value is one line: what it holds can't begin a heading, a list or a block of code. */
export function fillCard(card: SopCard, filling: Filling, sure: "sure" | "likely" | "unclear") {
  const fill = (text: string): string =>
    text.replace(BRACES, (whole, name: string) => (isPlaceholder(name) ? oneLine(filling[name]) : whole));
  const { id, cause, severity, owner } = card;
  return {
    id,
    cause,
    severity,
    owner,
    sure,
    title: fill(card.title),
    body: fill(card.body),
    steps: card.steps.map((step) => ({
      ...step,
      title: fill(step.title),
      command: step.command === null ? null : fill(step.command),
    })),
  };
}

const LONGEST_VALUE = 300;

function oneLine(value: string): string {
  const flat = value.replace(/\s+/g, " ").replaceAll("`", "'").trim();
  return flat.length <= LONGEST_VALUE ? flat : `${flat.slice(0, LONGEST_VALUE - 1).toWellFormed()}…`;
}
