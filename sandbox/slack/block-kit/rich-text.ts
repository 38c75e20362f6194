import { checkList, type Findings } from "#sandbox/slack/block-kit/findings";
import type { Block } from "#sandbox/slack/model";

const MANY = 1_000;
const sections = ["rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"];
const leaves = ["broadcast", "color", "channel", "date", "emoji", "link", "team", "text", "user", "usergroup"];

/** A rich_text block: known section types with known leaves, and a list holds sections. */
export function checkRichText(block: Block, at: string, found: Findings) {
  checkList(block, "elements", at, MANY, "required", found, (section, where) => {
    if (typeof section.type !== "string" || !sections.includes(section.type)) {
      return found.add(`unsupported type: ${String(section.type)}`, `${where}/type`);
    }
    const below = section.type === "rich_text_list" ? ["rich_text_section"] : leaves;
    checkList(section, "elements", where, MANY, "required", found, (leaf, deeper) => {
      if (typeof leaf.type !== "string" || !below.includes(leaf.type)) {
        found.add(`unsupported type: ${String(leaf.type)}`, `${deeper}/type`);
      }
    });
  });
}
