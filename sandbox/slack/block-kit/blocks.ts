import { checkElement, type Place } from "#sandbox/slack/block-kit/elements";
import {
  checkChild,
  checkList,
  checkString,
  checkText,
  checkTextObject,
  type Findings,
} from "#sandbox/slack/block-kit/findings";
import { checkRichText } from "#sandbox/slack/block-kit/rich-text";
import { checkChart, checkTable } from "#sandbox/slack/block-kit/tables-and-charts";
import { LIMITS } from "#sandbox/slack/limits";
import type { Block } from "#sandbox/slack/model";

export type Surface = "message" | "modal" | "home";
/** `fileReady`: whether an image may already refer to this uploaded file. */
export type BlockContext = { readonly surface: Surface; readonly fileReady: (fileId: string) => boolean };
type BlockRule = {
  readonly surfaces: readonly Surface[];
  check(block: Block, at: string, found: Findings, context: BlockContext): void;
};

const everywhere: readonly Surface[] = ["message", "modal", "home"];
const inContainer = ["actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table"];
const taskStates = ["pending", "in_progress", "complete", "error"];

const elements =
  (place: Place, max: number): BlockRule["check"] =>
  (block, at, found) =>
    checkList(block, "elements", at, max, "required", found, (element, where) =>
      checkElement(element, place, where, found),
    );

const checkSection: BlockRule["check"] = (block, at, found) => {
  if (block.text === undefined && block.fields === undefined) {
    found.add("must define either `text` or `fields`", at);
  }
  checkText(block, "text", at, { max: LIMITS.sectionText, needed: "optional" }, found);
  checkList(block, "fields", at, LIMITS.sectionFields, "optional", found, (field, where) =>
    checkTextObject(field, where, LIMITS.sectionFieldText, false, found),
  );
  checkChild(block, "accessory", at, "optional", found, (child, where) =>
    checkElement(child, "accessory", where, found),
  );
};

const checkContext: BlockRule["check"] = (block, at, found) =>
  checkList(block, "elements", at, LIMITS.contextElements, "required", found, (element, where) => {
    if (element.type === "image") checkElement(element, "context", where, found);
    else checkTextObject(element, where, LIMITS.textObject, false, found);
  });

const checkImageBlock: BlockRule["check"] = (block, at, found, context) => {
  checkString(block, "alt_text", at, LIMITS.altText, "required", found);
  checkText(block, "title", at, { max: LIMITS.imageTitle, plain: true, needed: "optional" }, found);
  if (block.slack_file === undefined) return checkString(block, "image_url", at, LIMITS.imageUrl, "required", found);
  checkChild(block, "slack_file", at, "required", found, (file, where) => {
    if (typeof file.id !== "string" || !context.fileReady(file.id)) found.add("invalid slack file", where);
  });
};

const checkInputBlock: BlockRule["check"] = (block, at, found) => {
  checkText(block, "label", at, { max: LIMITS.inputLabel, plain: true, needed: "required" }, found);
  checkText(block, "hint", at, { max: LIMITS.inputHint, plain: true, needed: "optional" }, found);
  checkChild(block, "element", at, "required", found, (child, where) => checkElement(child, "input", where, found));
};

const checkTask: BlockRule["check"] = (block, at, found, context) => {
  checkString(block, "task_id", at, LIMITS.blockId, "required", found);
  checkString(block, "title", at, LIMITS.textObject, "required", found);
  if (typeof block.status !== "string" || !taskStates.includes(block.status)) {
    found.add("must be a valid enum value", `${at}/status`);
  }
  for (const field of ["details", "output"]) {
    checkChild(block, field, at, "optional", found, (child, where) => checkBlock(child, where, found, context));
  }
};

const checkPlan: BlockRule["check"] = (block, at, found, context) => {
  checkString(block, "title", at, LIMITS.textObject, "required", found);
  checkList(block, "tasks", at, LIMITS.messageBlocks, "optional", found, (task, where) => {
    if (task.type === "task_card") checkTask(task, where, found, context);
    else found.add(`unsupported type: ${String(task.type)}`, `${where}/type`);
  });
};

const checkContainer: BlockRule["check"] = (block, at, found, context) => {
  if (block.rich_text_title === undefined) {
    checkText(block, "title", at, { max: LIMITS.containerTitle, plain: true, needed: "required" }, found);
  }
  checkText(block, "subtitle", at, { max: LIMITS.containerTitle, needed: "optional" }, found);
  if (block.default_collapsed === true && block.is_collapsible !== true) {
    found.add("default_collapsed requires is_collapsible", at);
  }
  checkList(block, "child_blocks", at, LIMITS.containerChildren, "required", found, (child, where) => {
    if (typeof child.type === "string" && inContainer.includes(child.type)) checkBlock(child, where, found, context);
    else found.add(`unsupported type: ${String(child.type)}`, `${where}/type`);
  });
};

const checkCard: BlockRule["check"] = (block, at, found) => {
  if ([block.hero_image, block.title, block.actions, block.body].every((part) => part === undefined)) {
    found.add("must define one of `hero_image`, `title`, `actions` or `body`", at);
  }
  checkText(block, "title", at, { max: LIMITS.cardTitle, needed: "optional" }, found);
  checkText(block, "subtitle", at, { max: LIMITS.cardTitle, needed: "optional" }, found);
  checkText(block, "body", at, { max: LIMITS.cardBody, needed: "optional" }, found);
  checkList(block, "actions", at, LIMITS.actionsElements, "optional", found, (action, where) =>
    checkElement(action, "card", where, found),
  );
};

const rules: Readonly<Record<string, BlockRule>> = {
  section: { surfaces: everywhere, check: checkSection },
  divider: { surfaces: everywhere, check: () => {} },
  header: {
    surfaces: everywhere,
    check: (block, at, found) =>
      checkText(block, "text", at, { max: LIMITS.headerText, plain: true, needed: "required" }, found),
  },
  actions: { surfaces: everywhere, check: elements("actions", LIMITS.actionsElements) },
  context: { surfaces: everywhere, check: checkContext },
  context_actions: { surfaces: ["message"], check: elements("context_actions", LIMITS.contextActionsElements) },
  image: { surfaces: everywhere, check: checkImageBlock },
  input: { surfaces: everywhere, check: checkInputBlock },
  rich_text: { surfaces: everywhere, check: checkRichText },
  markdown: {
    surfaces: ["message"],
    check: (block, at, found) => checkString(block, "text", at, LIMITS.markdownText, "required", found),
  },
  alert: {
    surfaces: ["modal"],
    check: (block, at, found) => checkText(block, "text", at, { max: LIMITS.textObject, needed: "required" }, found),
  },
  table: { surfaces: ["message"], check: checkTable },
  data_table: { surfaces: ["message"], check: checkTable },
  data_visualization: { surfaces: ["message"], check: checkChart },
  plan: { surfaces: ["message"], check: checkPlan },
  task_card: { surfaces: ["message"], check: checkTask },
  container: { surfaces: everywhere, check: checkContainer },
  card: { surfaces: ["message"], check: checkCard },
  carousel: {
    surfaces: ["message"],
    check: (block, at, found) =>
      checkList(block, "elements", at, LIMITS.carouselCards, "required", found, (card, where) =>
        checkCard(card, where, found, { surface: "message", fileReady: () => false }),
      ),
  },
};

/** One block, with everything below it. */
export function checkBlock(block: Block, at: string, found: Findings, context: BlockContext) {
  const type = block.type;
  if (typeof type !== "string") return found.add("missing required field: type", at);
  const rule = rules[type];
  if (!rule?.surfaces.includes(context.surface)) return found.add(`unsupported type: ${type}`, `${at}/type`);
  // An empty block_id stands for a missing one; Slack makes one up.
  if (block.block_id !== "") checkString(block, "block_id", at, LIMITS.blockId, "optional", found);
  rule.check(block, at, found, context);
}
