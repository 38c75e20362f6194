import { object, objects, string } from "#sandbox/page/blocks/json";
import { isSafeUrl } from "#sandbox/page/blocks/mentions";
import { plainText } from "#sandbox/page/blocks/mrkdwn";
import { confirmation, elementId, type Place, wiring } from "#sandbox/page/blocks/place";
import { textObject, words } from "#sandbox/page/blocks/text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { attribute, type Html, html } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

export function button(element: Block, place: Place, viewing: Viewing): Html {
  const style = string(element, "style");
  const tone = style === "primary" || style === "danger" ? ` ${style}` : "";
  const url = string(element, "url");
  const named = attribute("aria-label", string(element, "accessibility_label") || null);
  const wires = html`id="${elementId(place, element)}" data-click${wiring(place, element)}${named}`;
  const label = textObject(element.text, viewing);
  return isSafeUrl(url)
    ? html`<a class="button${tone}" href="${url}" target="_blank" rel="noopener noreferrer" ${wires}>${label} ↗</a>`
    : html`<button class="button${tone}" type="button" ${wires}>${label}</button>${confirmation(element, place, viewing)}`;
}

/** A small button that stands for an opinion or an icon (`context_actions`). */
export function iconButtons(element: Block, place: Place, viewing: Viewing): Html {
  const plain = (label: Block | null, id: string, value: string, icon: string) =>
    html`<button class="button small" type="button" id="${id}" data-click data-selected="${value}"${wiring(place, element)}>${icon}${words(label?.text)}</button>`;
  const id = elementId(place, element);
  if (element.type === "icon_button") {
    return html`${plain(element, id, string(element, "value"), "")}${confirmation(element, place, viewing)}`;
  }
  const positive = object(element, "positive_button");
  const negative = object(element, "negative_button");
  return html`${plain(positive, `${id}-good`, string(positive, "value"), "👍 ")}${plain(negative, `${id}-bad`, string(negative, "value"), "👎 ")}`;
}

/** The "…" menu: a disclosure of plain buttons, so that the keyboard needs no script. */
export function overflow(element: Block, place: Place, viewing: Viewing): Html {
  const id = elementId(place, element);
  const items = objects(element, "options").map((option, i) => {
    const about = words(option.description);
    return html`<button class="menu-item" type="button" id="${id}-${i}" data-click data-selected="${string(option, "value")}"${wiring(place, element)}>
      ${plainText(words(option.text))}${about ? html`<small>${about}</small>` : ""}</button>`;
  });
  return html`<details class="menu" id="${id}"><summary class="button" aria-label="${place.label || "More actions"}">⋯</summary>
    <div class="menu-items">${items}</div></details>${confirmation(element, place, viewing)}`;
}
