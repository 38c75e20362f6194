import { BUDGET, LIMITS } from "#src/slack/limits";

type Node = Readonly<Record<string, unknown>>;

/** Breaches of Slack's limits in a message's blocks, as sentences; empty when Slack would take them. */
export function messageBreaches(blocks: readonly object[]): string[] {
  const found = blockBreaches(blocks, LIMITS.message.blocks);
  const size = JSON.stringify(blocks).length;
  if (size > LIMITS.message.json) found.push(`${size} characters of JSON`);
  return found;
}

/** Breaches of Golive's own, tighter budget for the release message. */
export function budgetBreaches(blocks: readonly object[]): string[] {
  const size = JSON.stringify(blocks).length;
  return [
    ...(blocks.length > BUDGET.message.blocks ? [`${blocks.length} blocks`] : []),
    ...(size > BUDGET.message.json ? [`${size} characters of JSON`] : []),
  ];
}

/** Breaches of Slack's limits in a modal. */
export function viewBreaches(view: object): string[] {
  const { blocks, title, submit, close, private_metadata, callback_id } = asNode(view);
  const list = asList(blocks);
  const found = blockBreaches(list, LIMITS.view.blocks);
  length(found, "view title", textOf(title), LIMITS.view.title);
  length(found, "view submit", textOf(submit), LIMITS.view.button);
  length(found, "view close", textOf(close), LIMITS.view.button);
  length(found, "private_metadata", private_metadata, LIMITS.view.privateMetadata);
  length(found, "callback_id", callback_id, LIMITS.view.callbackId);
  if (list.some((block) => asNode(block).type === "input") && submit === undefined) found.push("inputs without submit");
  return found;
}

/** Every action id in the blocks, depth first. */
export function actionIds(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(actionIds);
  if (typeof value !== "object" || value === null) return [];
  const { action_id, ...rest } = asNode(value);
  return [...(typeof action_id === "string" ? [action_id] : []), ...Object.values(rest).flatMap(actionIds)];
}

/** Every text that people read in the blocks, joined. */
export function readText(value: unknown): string {
  if (Array.isArray(value)) return value.map(readText).join("\n");
  if (typeof value !== "object" || value === null) return "";
  const { text, value: _carried, ...rest } = asNode(value);
  const here = typeof text === "string" ? text : readText(text);
  return [here, ...Object.values(rest).map(readText)].filter((part) => part !== "").join("\n");
}

function blockBreaches(blocks: readonly unknown[], most: number): string[] {
  const found: string[] = [];
  if (blocks.length > most) found.push(`${blocks.length} blocks`);
  const ids = blocks.map((block) => asNode(block).block_id).filter((id) => id !== undefined);
  if (new Set(ids).size !== ids.length) found.push("repeated block_id");
  blocks.forEach((block, index) => {
    checkBlock(asNode(block), `block ${index}`, found);
  });
  return found;
}

function checkBlock(block: Node, at: string, found: string[]): void {
  length(found, `${at} block_id`, block.block_id, LIMITS.blockId);
  switch (block.type) {
    case "divider":
      return;
    case "header":
      length(found, `${at} header`, textOf(block.text), LIMITS.header.text);
      return;
    case "section":
      length(found, `${at} section`, textOf(block.text), LIMITS.section.text);
      if (block.accessory !== undefined) checkElement(asNode(block.accessory), at, found);
      return;
    case "context":
      list(found, `${at} context`, block.elements, LIMITS.context.elements, (element) => {
        length(found, `${at} context text`, textOf(element), LIMITS.context.text);
      });
      return;
    case "actions": {
      const ids = asList(block.elements).map((element) => asNode(element).action_id);
      if (new Set(ids).size !== ids.length) found.push(`${at} repeats an action_id`);
      list(found, `${at} actions`, block.elements, LIMITS.actions.elements, (e) => checkElement(e, at, found));
      return;
    }
    case "plan":
      length(found, `${at} plan`, block.title, BUDGET.plan.title);
      list(found, `${at} tasks`, block.tasks, LIMITS.message.blocks, (task) => {
        length(found, `${at} task`, task.title, BUDGET.plan.title);
        length(found, `${at} task id`, task.task_id, LIMITS.blockId);
      });
      return;
    case "table":
      if (asList(block.rows).length > LIMITS.table.rows) found.push(`${at} rows: ${asList(block.rows).length}`);
      for (const row of asList(block.rows)) {
        list(found, `${at} cells`, row, LIMITS.table.cells, (cell) => length(found, `${at} cell`, cell.text, 3_000));
      }
      return;
    case "data_visualization":
      checkChart(block, at, found);
      return;
    case "input":
      length(found, `${at} label`, textOf(block.label), LIMITS.input.label);
      length(found, `${at} hint`, textOf(block.hint), LIMITS.input.hint);
      checkElement(asNode(block.element), at, found);
      return;
    default:
      found.push(`${at} has a type nobody checked: ${String(block.type)}`);
  }
}

/** Every series has exactly one point per category, or Slack refuses the message. */
function checkChart(block: Node, at: string, found: string[]): void {
  const {
    chart: { points, series: most, title, label },
  } = LIMITS;
  length(found, `${at} chart title`, block.title, title);
  const { series, axis_config } = asNode(block.chart);
  const categories = asList(asNode(axis_config).categories);
  if (categories.length > points) found.push(`${at} points: ${categories.length}`);
  if (new Set(categories).size !== categories.length) found.push(`${at} repeats a category`);
  list(found, `${at} series`, series, most, ({ name, data }) => {
    length(found, `${at} series name`, name, label);
    const labels = asList(data).map((point) => asNode(point).label);
    if (JSON.stringify(labels) !== JSON.stringify(categories))
      found.push(`${at} series ${String(name)} has other points`);
    for (const point of asList(data)) {
      if (!Number.isFinite(asNode(point).value)) found.push(`${at} a point without a number`);
    }
  });
}

function checkElement(element: Node, at: string, found: string[]): void {
  length(found, `${at} action_id`, element.action_id, LIMITS.actionId);
  switch (element.type) {
    case "button":
      length(found, `${at} button text`, textOf(element.text), LIMITS.button.text);
      length(found, `${at} spoken label`, element.accessibility_label, LIMITS.button.accessibilityLabel);
      length(found, `${at} button value`, element.value, LIMITS.button.value);
      if (element.confirm !== undefined) checkConfirm(asNode(element.confirm), at, found);
      return;
    case "static_select":
      length(found, `${at} placeholder`, textOf(element.placeholder), LIMITS.select.placeholder);
      list(found, `${at} options`, element.options, LIMITS.select.options, (one) => {
        length(found, `${at} option text`, textOf(one.text), LIMITS.option.text);
        length(found, `${at} option value`, one.value, LIMITS.option.value);
      });
      return;
    case "plain_text_input":
    case "number_input":
      return;
    default:
      found.push(`${at} has an element nobody checked: ${String(element.type)}`);
  }
}

function checkConfirm(confirm: Node, at: string, found: string[]): void {
  length(found, `${at} confirm title`, textOf(confirm.title), LIMITS.confirm.title);
  length(found, `${at} confirm text`, textOf(confirm.text), LIMITS.confirm.text);
  length(found, `${at} confirm yes`, textOf(confirm.confirm), LIMITS.confirm.button);
  length(found, `${at} confirm no`, textOf(confirm.deny), LIMITS.confirm.button);
}

/** Present strings are between 1 and `most` long and hold no half of a surrogate pair. */
function length(found: string[], what: string, text: unknown, most: number): void {
  if (text === undefined) return;
  if (typeof text !== "string" || text.length < 1 || text.length > most) {
    found.push(`${what}: ${typeof text === "string" ? text.length : typeof text} of ${most}`);
  } else if (!text.isWellFormed()) found.push(`${what}: half a surrogate pair`);
}

function list(found: string[], what: string, items: unknown, most: number, check: (one: Node) => void): void {
  const all = asList(items);
  if (all.length < 1 || all.length > most) found.push(`${what}: ${all.length} of ${most}`);
  for (const one of all) check(asNode(one));
}

function textOf(text: unknown): unknown {
  return text === undefined ? undefined : asNode(text).text;
}

function asNode(value: unknown): Node {
  if (typeof value !== "object" || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return { ...value };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
