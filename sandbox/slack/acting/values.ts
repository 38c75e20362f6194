import type { Block, Json } from "#sandbox/slack/model";
import { asBlock, asText, isList } from "#sandbox/slack/wire";

/** `state.values` of a view or message: block id → action id → what is chosen or typed there. */
export type Values = Readonly<Record<string, Readonly<Record<string, Block>>>>;
export type Placed = { readonly block: Block; readonly blockId: string; readonly element: Block };

/** Every interactive element of these blocks, wherever Block Kit lets it stand. */
export function elementsOf(blocks: readonly Json[]): readonly Placed[] {
  return blocks.flatMap((value) => {
    const block = asBlock(value);
    if (!block) return [];
    const inside = ["elements", "actions"].flatMap((field) => listOf(block[field]));
    const single = [block.accessory, block.element];
    const own = [...inside, ...single].flatMap((value) => {
      const element = asBlock(value);
      return element && typeof element.action_id === "string"
        ? [{ block, blockId: asText(block.block_id) ?? "", element }]
        : [];
    });
    return [...own, ...elementsOf(listOf(block.child_blocks)), ...elementsOf(cardsOf(block))];
  });
}

export function findElement(blocks: readonly Json[], blockId: string, actionId: string): Placed | undefined {
  return elementsOf(blocks).find((placed) => placed.blockId === blockId && placed.element.action_id === actionId);
}

/** What the elements hold before anyone touches them. */
export function initialValues(blocks: readonly Json[]): Values {
  const values: Record<string, Record<string, Block>> = {};
  for (const { blockId, element } of elementsOf(blocks)) {
    const field = STATE_FIELDS[String(element.type)];
    if (field === undefined) continue;
    const initial = element[`initial_${field.replace("selected_", "")}`];
    const nothing = field.endsWith("s") ? [] : null;
    put(values, blockId, String(element.action_id), { type: element.type ?? null, [field]: initial ?? nothing });
  }
  return values;
}

export function withValue(values: Values, placed: Placed, value: Block): Values {
  const actionId = String(placed.element.action_id);
  return { ...values, [placed.blockId]: { ...values[placed.blockId], [actionId]: value } };
}

/** The values with those laid over them that belong to elements which are still there. */
export function overlay(values: Values, held: Block | Values): Values {
  const merged: Record<string, Record<string, Block>> = {};
  for (const [blockId, fields] of Object.entries(values)) {
    const above = asBlock(held[blockId]) ?? {};
    for (const [actionId, value] of Object.entries(fields)) {
      put(merged, blockId, actionId, asBlock(above[actionId]) ?? value);
    }
  }
  return merged;
}

/** The state field that each kind of element fills. Buttons have none. */
const STATE_FIELDS: Readonly<Record<string, string>> = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  overflow: "selected_option",
  checkboxes: "selected_options",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};

/**
 * What the element holds after a person typed or chose this; null when it doesn't offer that. Several choices are
 * separated by commas; an empty string empties the element.
 */
export function chosenValue(element: Block, typed: string): Block | null {
  const type = String(element.type);
  const field = STATE_FIELDS[type];
  if (field === undefined) return { type };
  if (typed === "") return { type, [field]: field.endsWith("s") ? [] : null };
  if (field === "selected_option") {
    const option = optionOf(element, typed);
    return option && { type, [field]: option };
  }
  if (field === "selected_options") {
    const exact = optionOf(element, typed);
    const options = exact ? [exact] : typed.split(",").map((each) => optionOf(element, each.trim()));
    return options.every((option) => option !== null) ? { type, [field]: options } : null;
  }
  if (field.endsWith("s")) return { type, [field]: typed.split(",").map((each) => each.trim()) };
  if (type === "datetimepicker") return { type, [field]: Number(typed) };
  return { type, [field]: typed };
}

/** True when a value says nothing: the element is empty. */
export function isEmpty(value: Block | undefined): boolean {
  if (!value) return true;
  const held = Object.entries(value).find(([field]) => field !== "type")?.[1];
  return held === null || held === undefined || held === "" || (isList(held) && held.length === 0);
}

function optionOf(element: Block, value: string): Block | null {
  const groups = listOf(element.option_groups).flatMap((group) => listOf(asBlock(group)?.options));
  const offered = [...listOf(element.options), ...groups].map((option) => asBlock(option));
  const external = element.type === "external_select" || element.type === "multi_external_select";
  if (external) return { text: { type: "plain_text", text: value }, value };
  return offered.find((option) => option?.value === value) ?? null;
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function cardsOf(block: Block): readonly Json[] {
  return block.type === "carousel" ? listOf(block.elements) : [];
}

function put(values: Record<string, Record<string, Block>>, blockId: string, actionId: string, value: Block) {
  values[blockId] = { ...values[blockId], [actionId]: value };
}
