import type { Block, Json } from "#sandbox/slack/model";

/** A button as it stands in a message or modal: enough to press it, and the words around it to choose the right one. */
export type FoundButton = {
  readonly blockId: string;
  readonly actionId: string;
  readonly label: string;
  readonly value: string;
  /** All text of the block it stands in, and what a screen reader says of the button. */
  readonly near: string;
};

const isObject = (value: Json | undefined): value is Block =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: Json | undefined): string =>
  isObject(value) && typeof value.text === "string" ? value.text : typeof value === "string" ? value : "";

/** Dates as their fallback, marks of emphasis gone: how a terminal shows what Slack would render. */
const plain = (text: string): string =>
  text
    .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
    .replaceAll(/[*`]/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Everything a person can read in these blocks, in order, one line a text; buttons as `[label]`. */
export function readableText(value: Json | undefined): string {
  const lines: string[] = [];
  const visit = (node: Json | undefined): void => {
    if (Array.isArray(node)) for (const child of node) visit(child);
    if (!isObject(node)) return;
    if (node.type === "button") {
      lines.push(`[${textOf(node.text)}]`);
      return;
    }
    if (typeof node.text === "string") lines.push(plain(node.text));
    for (const [key, child] of Object.entries(node)) if (key !== "text" || typeof child !== "string") visit(child);
  };
  visit(value);
  return lines.join("\n");
}

/** All buttons in these blocks, at any depth. */
export function findButtons(blocks: readonly Json[]): readonly FoundButton[] {
  const found: FoundButton[] = [];
  const visit = (node: Json | undefined, block: Block): void => {
    if (Array.isArray(node)) for (const child of node) visit(child, block);
    if (!isObject(node)) return;
    if (node.type === "button" && typeof node.action_id === "string") {
      found.push({
        blockId: typeof block.block_id === "string" ? block.block_id : "",
        actionId: node.action_id,
        label: textOf(node.text),
        value: typeof node.value === "string" ? node.value : "",
        near: [
          readableText(block),
          ...(typeof node.accessibility_label === "string" ? [node.accessibility_label] : []),
        ].join("\n"),
      });
    }
    for (const child of Object.values(node)) visit(child, block);
  };
  for (const block of blocks) if (isObject(block)) visit(block, block);
  return found;
}

/** All boxes to type into, by the block each stands in. */
export function findInputs(
  blocks: Json | undefined,
): readonly { readonly blockId: string; readonly actionId: string }[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.filter(isObject).flatMap(({ type, block_id, element }) => {
    if (type !== "input" || !isObject(element) || element.type !== "plain_text_input") return [];
    return typeof block_id === "string" && typeof element.action_id === "string"
      ? [{ blockId: block_id, actionId: element.action_id }]
      : [];
  });
}
