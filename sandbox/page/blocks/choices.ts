import { isList, isObject, objects, string } from "#sandbox/page/blocks/json";
import { plainText } from "#sandbox/page/blocks/mrkdwn";
import { confirmation, described, elementId, type Place, wiring } from "#sandbox/page/blocks/place";
import { textObject, words } from "#sandbox/page/blocks/text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { attribute, type Html, html } from "#sandbox/page/html";
import type { Block, Json } from "#sandbox/slack/model";

type Choice = { readonly value: string; readonly label: string };

/** `static_select`, `users_select`, `channels_select`, `conversations_select`, and their `multi_` brothers. */
export function select(element: Block, place: Place, viewing: Viewing): Html {
  const type = string(element, "type");
  const multiple = type.startsWith("multi_");
  const chosen = initialValues(element);
  const option = ({ value, label }: Choice) =>
    html`<option value="${value}"${attribute("selected", chosen.includes(value))}>${plainText(label)}</option>`;
  const groups = objects(element, "option_groups").map(
    (group) =>
      html`<optgroup label="${words(group.label)}">${objects(group, "options").map(choice).map(option)}</optgroup>`,
  );
  const options = groups.length > 0 ? groups : choicesOf(type, element, viewing).map(option);
  const placeholder = words(element.placeholder) || "Choose…";
  const name = place.label || placeholder;
  return html`<select class="control" id="${elementId(place, element)}" aria-label="${name}" data-field${wiring(place, element)}${described(place)}${attribute("multiple", multiple)}>
    ${multiple ? "" : html`<option value="">${placeholder}</option>`}${options}</select>${confirmation(element, place, viewing)}`;
}

function choicesOf(type: string, element: Block, viewing: Viewing): readonly Choice[] {
  if (type.endsWith("users_select")) return viewing.people.map(({ id, name }) => ({ value: id, label: name }));
  if (type.endsWith("channels_select") || type.endsWith("conversations_select")) {
    return viewing.channels.map(({ id, name }) => ({ value: id, label: `#${name}` }));
  }
  return objects(element, "options").map(choice);
}

const choice = (option: Block): Choice => ({ value: string(option, "value"), label: words(option.text) });

function initialValues(element: Block): readonly string[] {
  const several: Json[] = [element.initial_options, element.initial_users, element.initial_channels]
    .filter(isList)
    .flat();
  const single = [element.initial_option, element.initial_user, element.initial_channel, element.initial_conversation];
  return [...several, ...single].flatMap((value) => {
    if (typeof value === "string") return [value];
    return isObject(value) ? [string(value, "value")] : [];
  });
}

/** Radio buttons and checkboxes. Several chosen values travel as one string with commas. */
export function options(element: Block, place: Place, viewing: Viewing): Html {
  const id = elementId(place, element);
  const type = element.type === "checkboxes" ? "checkbox" : "radio";
  const chosen = initialValues(element);
  const rows = objects(element, "options").map((option, i) => {
    const value = string(option, "value");
    const about = textObject(option.description, viewing);
    // `required` on checkboxes would mean all of them; the script checks that one is chosen.
    const required = attribute("required", place.required && type === "radio");
    return html`<label class="option"><input type="${type}" name="${id}" id="${id}-${i}" value="${value}"${required}${attribute("checked", chosen.includes(value))}>
      <span>${textObject(option.text, viewing)}${about.html ? html`<small>${about}</small>` : ""}</span></label>`;
  });
  const invalid = attribute("aria-invalid", place.errorId === null ? null : "true");
  const by = attribute("aria-describedby", place.errorId ?? place.hintId);
  const must = attribute("data-required", place.required && type === "checkbox");
  return html`<div class="options" id="${id}" role="${type === "radio" ? "radiogroup" : "group"}" aria-label="${place.label || "Options"}" data-field${wiring(place, element)}${invalid}${by}${must}>${rows}</div>${confirmation(element, place, viewing)}`;
}
