import { dataVisualization } from "#sandbox/page/blocks/charts";
import { element } from "#sandbox/page/blocks/elements";
import { imageBlock, smallImage } from "#sandbox/page/blocks/images";
import { flag, object, objects, string } from "#sandbox/page/blocks/json";
import { markdown } from "#sandbox/page/blocks/markdown";
import { elementId, type Place, slug } from "#sandbox/page/blocks/place";
import { plan, taskCard } from "#sandbox/page/blocks/progress";
import { richText } from "#sandbox/page/blocks/rich-text";
import { table } from "#sandbox/page/blocks/tables";
import { textObject, words } from "#sandbox/page/blocks/text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { attribute, type Html, html, join, nothing } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

/** Block Kit → HTML. Pure; everything from the wire is escaped; nothing that was sent is silently left out. */
export function renderBlocks(blocks: readonly Block[], viewing: Viewing): Html {
  return join(blocks.map((block, i) => renderBlock(block, i, viewing)));
}

function renderBlock(block: Block, index: number, viewing: Viewing): Html {
  const id = `${viewing.prefix}-${slug(string(block, "block_id") || String(index))}`;
  const place: Place = {
    blockId: string(block, "block_id"),
    id,
    label: "",
    dispatches: true,
    required: false,
    errorId: null,
    hintId: null,
  };
  const type = string(block, "type");
  return html`<div class="block block-${slug(type)}" id="${id}">${inside(type, block, place, viewing)}</div>`;
}

function inside(type: string, block: Block, place: Place, viewing: Viewing): Html {
  switch (type) {
    case "header":
      return html`<h3>${textObject(block.text, viewing)}</h3>`;
    case "section":
      return section(block, place, viewing);
    case "context":
      return html`<div class="context">${objects(block, "elements").map((part) => contextPart(part, viewing))}</div>`;
    case "divider":
      return html`<hr>`;
    case "actions":
    case "context_actions":
      return html`<div class="row">${objects(block, "elements").map((part) => element(part, place, viewing))}</div>`;
    case "input":
      return input(block, place, viewing);
    case "image":
      return imageBlock(block, viewing);
    case "rich_text":
      return richText(block, viewing);
    case "markdown":
      return markdown(string(block, "text"));
    case "table":
    case "data_table":
      return table(block, viewing);
    case "container":
      return container(block, place, viewing);
    case "plan":
      return plan(block, viewing);
    case "task_card":
      return taskCard(block, viewing);
    case "alert":
      return alert(block, viewing);
    case "card":
      return card(block, place, viewing);
    case "carousel":
      return html`<div class="carousel">${objects(block, "elements").map((each) => card(each, place, viewing))}</div>`;
    case "data_visualization":
      return dataVisualization(block);
    case "file":
      return html`<p class="file">📄 Remote file <code>${string(block, "external_id")}</code></p>`;
    default:
      return html`<p class="unknown">unknown block type ${type || "(none)"}</p>`;
  }
}

function section(block: Block, place: Place, viewing: Viewing): Html {
  const text = textObject(block.text, viewing);
  const fields = objects(block, "fields").map((field) => html`<div class="field">${textObject(field, viewing)}</div>`);
  const accessory = object(block, "accessory");
  // A menu or a picture beside a text is named by that text.
  const named = { ...place, label: accessory?.type === "button" ? "" : firstLine(words(block.text)) };
  return html`<div class="section"><div class="section-text">${text}${fields.length > 0 ? html`<div class="fields">${fields}</div>` : ""}</div>
    ${accessory ? html`<div class="accessory">${element(accessory, named, viewing)}</div>` : ""}</div>`;
}

const firstLine = (text: string): string => (text.split("\n")[0] ?? "").replace(/[*_~`]/g, "").slice(0, 80);

const contextPart = (part: Block, viewing: Viewing): Html =>
  part.type === "image" ? smallImage(part, viewing) : html`<div>${textObject(part, viewing)}</div>`;

function input(block: Block, place: Place, viewing: Viewing): Html {
  const child = object(block, "element");
  const optional = flag(block, "optional");
  const label = words(block.label);
  const hint = textObject(block.hint, viewing);
  const error =
    place.blockId && Object.hasOwn(viewing.errors, place.blockId) ? viewing.errors[place.blockId] : undefined;
  const inner: Place = {
    ...place,
    label,
    dispatches: flag(block, "dispatch_action"),
    required: !optional,
    hintId: hint.html ? `${place.id}-hint` : null,
    errorId: error === undefined ? null : `${place.id}-error`,
  };
  return html`<div class="input"><label${attribute("for", child ? elementId(place, child) : null)}>${textObject(block.label, viewing)}${optional ? html` <span class="optional">(optional)</span>` : ""}</label>
    ${child ? element(child, inner, viewing) : html`<p class="unknown">input without an element</p>`}
    ${hint.html ? html`<p class="hint" id="${place.id}-hint">${hint}</p>` : ""}
    ${error === undefined ? "" : html`<p class="error" id="${place.id}-error" role="alert">${error}</p>`}</div>`;
}

/** Collapsible containers are disclosures; whether one is open is the reader's business after it was first shown. */
function container(block: Block, place: Place, viewing: Viewing): Html {
  const rich = object(block, "rich_text_title");
  const icon = object(block, "icon");
  const subtitle = textObject(block.subtitle, viewing);
  const title = html`${icon ? smallImage(icon, viewing) : ""}<span class="container-title">${rich ? richText(rich, viewing) : textObject(block.title, viewing)}</span>
    ${subtitle.html ? html`<span class="container-subtitle">${subtitle}</span>` : ""}`;
  const children = renderBlocks(objects(block, "child_blocks"), { ...viewing, prefix: place.id });
  if (!flag(block, "is_collapsible")) {
    const line = flag(block, "has_header_divider") ? " ruled" : "";
    return html`<div class="container"><div class="container-head${line}">${title}</div><div class="container-body">${children}</div></div>`;
  }
  const open = attribute("open", !flag(block, "default_collapsed"));
  return html`<details class="container" id="${place.id}-fold"${open}><summary class="container-head">${title}</summary><div class="container-body">${children}</div></details>`;
}

const severities: Readonly<Record<string, string>> = {
  info: "ℹ️ Info",
  warning: "⚠️ Warning",
  error: "❌ Error",
  success: "✅ Success",
};

function alert(block: Block, viewing: Viewing): Html {
  const level = Object.hasOwn(severities, string(block, "level")) ? string(block, "level") : "default";
  const word = severities[level];
  return html`<div class="alert ${level}" role="note">${word ? html`<strong>${word}</strong> ` : ""}<div>${textObject(block.text, viewing)}</div></div>`;
}

function card(block: Block, place: Place, viewing: Viewing): Html {
  const hero = object(block, "hero_image");
  const text = (key: string) => {
    const shown = textObject(block[key], viewing);
    return shown.html ? html`<div class="card-${key}">${shown}</div>` : nothing;
  };
  const actions = objects(block, "actions").map((part) => element(part, place, viewing));
  return html`<div class="card">${hero ? smallImage(hero, viewing) : ""}${text("title")}${text("subtitle")}${text("body")}
    ${actions.length > 0 ? html`<div class="row">${actions}</div>` : ""}</div>`;
}
