import { object, string } from "#sandbox/page/blocks/json";
import { textObject, words } from "#sandbox/page/blocks/text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { attribute, type Html, html, join, nothing } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

/** Where an element stands: what a click on it must name, and how it is called by a screen reader. */
export type Place = {
  readonly blockId: string;
  /** Unique within the page. */
  readonly id: string;
  /** Name of the control when nothing nearer names it. */
  readonly label: string;
  /** A change is told to the app at once. False: it waits for the submit of its form. */
  readonly dispatches: boolean;
  readonly required: boolean;
  /** Id of the element that says what is wrong with the value, when something is. */
  readonly errorId: string | null;
  readonly hintId: string | null;
};

/** `id` of an element of a block: stable over updates of the message, so that focus and typed text stay. */
export const elementId = (place: Place, element: Block): string => `${place.id}-${slug(string(element, "action_id"))}`;

export const slug = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, (char) => `.${char.codePointAt(0)}.`);

/** What the browser script reads to know which action this control is. */
export function wiring(place: Place, element: Block): Html {
  return join([
    attribute("data-block", place.blockId),
    attribute("data-action", string(element, "action_id")),
    attribute("data-dispatch", place.dispatches),
    attribute("data-confirm", object(element, "confirm") ? `${elementId(place, element)}-confirm` : null),
  ]);
}

export function described(place: Place): Html {
  const by = [place.hintId, place.errorId].filter((id) => id !== null).join(" ");
  return join([
    attribute("aria-describedby", by === "" ? null : by),
    attribute("aria-invalid", place.errorId === null ? null : "true"),
    attribute("required", place.required),
  ]);
}

/** The question asked before the action is sent. The script copies it into the page's one confirm dialog. */
export function confirmation(element: Block, place: Place, viewing: Viewing): Html {
  const confirm = object(element, "confirm");
  if (!confirm) return nothing;
  const id = `${elementId(place, element)}-confirm`;
  const tone = string(confirm, "style") === "danger" ? "danger" : "primary";
  return html`<template id="${id}">
    <h2 id="confirm-title">${words(confirm.title)}</h2>
    <div class="dialog-body">${textObject(confirm.text, viewing)}</div>
    <div class="dialog-foot">
      <button class="button" type="submit" value="deny">${words(confirm.deny) || "Cancel"}</button>
      <button class="button ${tone}" type="submit" value="confirm">${words(confirm.confirm) || "Yes"}</button>
    </div>
  </template>`;
}
