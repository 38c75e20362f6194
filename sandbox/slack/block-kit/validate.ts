import { randomBytes } from "node:crypto";
import { type BlockContext, checkBlock } from "#sandbox/slack/block-kit/blocks";
import { checkString, checkText, createFindings, type Findings } from "#sandbox/slack/block-kit/findings";
import { LIMITS } from "#sandbox/slack/limits";
import type { Block, Json } from "#sandbox/slack/model";
import { asBlock, isList } from "#sandbox/slack/wire";

export type Checked =
  | { readonly ok: true; readonly blocks: readonly Block[] }
  | { readonly ok: false; readonly error: string; readonly problems: readonly string[] };
export type CheckedView =
  | { readonly ok: true; readonly view: Block }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Blocks of a message; what passes has a block_id on every block and an action_id on every element. */
export function validateMessageBlocks(value: Json, fileReady: (id: string) => boolean): Checked {
  if (!isList(value)) return { ok: false, error: "invalid_blocks_format", problems: [] };
  const found = createFindings();
  checkBlocks(value, LIMITS.messageBlocks, "/blocks", { surface: "message", fileReady }, found);
  checkCount(value, "data_visualization", LIMITS.chartsPerMessage, found);
  checkCount(value, "table", LIMITS.tablesPerMessage, found);
  if (found.problems.length > 0) return { ok: false, error: "invalid_blocks", problems: found.problems };
  if (JSON.stringify(value).length > LIMITS.blocksJson) {
    return { ok: false, error: "msg_blocks_too_long", problems: [] };
  }
  return { ok: true, blocks: fillIds(value) };
}

/** A modal or App Home view. */
export function validateView(value: Json, type: "modal" | "home", fileReady: (id: string) => boolean): CheckedView {
  const view = asBlock(value);
  if (!view) return { ok: false, problems: ["must provide an object [json-pointer:/view]"] };
  const found = createFindings();
  if (view.type !== type) found.add(`must be: ${type}`, "/view/type");
  checkString(view, "callback_id", "/view", LIMITS.callbackId, "optional", found);
  checkString(view, "external_id", "/view", LIMITS.externalId, "optional", found);
  if (view.private_metadata !== "") {
    checkString(view, "private_metadata", "/view", LIMITS.privateMetadata, "optional", found);
  }
  if (type === "modal") checkModal(view, found);
  const blocks = view.blocks;
  if (!isList(blocks)) found.add("missing required field: blocks", "/view");
  else checkBlocks(blocks, LIMITS.viewBlocks, "/view/blocks", { surface: type, fileReady }, found);
  if (found.problems.length > 0 || !isList(blocks)) return { ok: false, problems: found.problems };
  return { ok: true, view: { ...view, blocks: fillIds(blocks) } };
}

function checkModal(view: Block, found: Findings) {
  checkText(view, "title", "/view", { max: LIMITS.viewTitle, plain: true, needed: "required" }, found);
  checkText(view, "submit", "/view", { max: LIMITS.viewButton, plain: true, needed: "optional" }, found);
  checkText(view, "close", "/view", { max: LIMITS.viewButton, plain: true, needed: "optional" }, found);
  const blocks = isList(view.blocks) ? view.blocks : [];
  const asks = blocks.some((block) => asBlock(block)?.type === "input");
  if (asks && !view.submit) found.add("missing required field: submit", "/view");
}

function checkBlocks(blocks: readonly Json[], max: number, at: string, context: BlockContext, found: Findings) {
  if (blocks.length > max) found.add(`no more than ${max} items allowed`, at);
  const seen = new Set<string>();
  for (const [index, value] of blocks.entries()) {
    const block = asBlock(value);
    const where = `${at}/${index}`;
    if (!block) {
      found.add("must provide an object", where);
      continue;
    }
    checkBlock(block, where, found, context);
    checkUniqueActions(block, where, found);
    if (typeof block.block_id !== "string" || block.block_id === "") continue;
    if (seen.has(block.block_id)) found.add(`block_id \`${block.block_id}\` already exists`, `${where}/block_id`);
    seen.add(block.block_id);
  }
}

function checkUniqueActions(block: Block, at: string, found: Findings) {
  const seen = new Set<string>();
  (isList(block.elements) ? block.elements : []).forEach((value, index) => {
    const id = asBlock(value)?.action_id;
    if (typeof id !== "string") return;
    if (seen.has(id)) found.add(`action_id \`${id}\` already exists`, `${at}/elements/${index}/action_id`);
    seen.add(id);
  });
}

function checkCount(blocks: readonly Json[], type: string, max: number, found: Findings) {
  const count = blocks.filter((block) => asBlock(block)?.type === type).length;
  if (count > max) found.add(`no more than ${max} ${type} blocks allowed`, "/blocks");
}

function fillIds(blocks: readonly Json[]): readonly Block[] {
  return blocks.flatMap((value) => {
    const block = asBlock(value);
    return block ? [fillBlock(block)] : [];
  });
}

/** Slack gives every block and every interactive element an id of its own when the app gave none. */
function fillBlock(block: Block): Block {
  const filled: { [key: string]: Json } = { ...block, block_id: block.block_id ? block.block_id : randomId() };
  if (isList(block.elements) && block.type !== "rich_text") {
    filled.elements = block.elements.map((element) => fillElement(element));
  }
  if (block.accessory !== undefined) filled.accessory = fillElement(block.accessory);
  if (block.element !== undefined) filled.element = fillElement(block.element);
  if (isList(block.child_blocks)) filled.child_blocks = fillIds(block.child_blocks);
  return filled;
}

function fillElement(value: Json): Json {
  const element = asBlock(value);
  if (!element || element.action_id) return value;
  const passive = ["image", "plain_text", "mrkdwn", "card"].includes(String(element.type));
  return passive ? value : { ...element, action_id: randomId() };
}

const randomId = () => randomBytes(4).toString("base64url").slice(0, 5);
