import type { ModelFault } from "#sandbox/bedrock/faults";

/** A tool's input as a judge gives it that can't count, can't spell or mixes things up. Other faults leave it as it is. */
export function spoilInput(input: object, fault: ModelFault["kind"]): object {
  switch (fault) {
    case "too-few-items":
      return eachList(input, (items) => items.slice(0, -1));
    case "too-many-items":
      return eachList(input, (items) => [...items, ...items.slice(-1)]);
    case "shouted-labels":
      return eachList(input, (items) => items.map((item) => eachText(item, shouted)));
    case "strange-id":
      return eachList(input, ([first, ...rest]) => [
        eachText(first, (text, key) => (key === "claim" ? "c999" : text)),
        ...rest,
      ]);
    default:
      return input;
  }
}

const eachList = (input: object, change: (items: readonly unknown[]) => readonly unknown[]): object =>
  Object.fromEntries(Object.entries(input).map(([key, value]) => [key, Array.isArray(value) ? change(value) : value]));

function eachText(item: unknown, change: (text: string, key: string) => string): unknown {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      typeof value === "string" ? change(value, key) : eachText(value, change),
    ]),
  );
}

const shouted = (text: string): string =>
  /^(?:Entailment|Neutral|Contradiction)$/.test(text) ? text.toUpperCase() : text;
