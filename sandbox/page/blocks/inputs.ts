import { flag, number, string } from "#sandbox/page/blocks/json";
import { described, elementId, type Place, wiring } from "#sandbox/page/blocks/place";
import { words } from "#sandbox/page/blocks/text";
import { attribute, type Html, html, join } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

/** Everything a person types into. */
export function input(element: Block, place: Place, timeZone: string): Html {
  const common = join([
    html`class="control" id="${elementId(place, element)}" data-field`,
    wiring(place, element),
    described(place),
    attribute("aria-label", place.label || words(element.placeholder) || "Text"),
    attribute("placeholder", words(element.placeholder) || null),
    attribute("autofocus", flag(element, "focus_on_load")),
  ]);
  const lengths = join([
    attribute("minlength", number(element, "min_length")),
    attribute("maxlength", number(element, "max_length")),
  ]);
  const initial = string(element, "initial_value");
  switch (element.type) {
    case "plain_text_input":
      return flag(element, "multiline")
        ? html`<textarea rows="4" ${common}${lengths}>${initial}</textarea>`
        : html`<input type="text" autocomplete="off" ${common}${lengths} value="${initial}">`;
    case "number_input":
      return html`<input type="number" ${common} value="${initial}" step="${flag(element, "is_decimal_allowed") ? "any" : "1"}"${attribute("min", string(element, "min_value") || null)}${attribute("max", string(element, "max_value") || null)}>`;
    case "email_text_input":
      return html`<input type="email" autocomplete="off" ${common} value="${initial}">`;
    case "url_text_input":
      return html`<input type="url" autocomplete="off" ${common} value="${initial}">`;
    case "datetimepicker": {
      // The control knows no zones: shown and read as the browser's own time.
      const at = number(element, "initial_date_time");
      const local = at === null ? "" : localMinute(at * 1000, timeZone);
      return html`<input type="datetime-local" ${common} value="${local}">`;
    }
    case "datepicker":
      return html`<input type="date" ${common} value="${string(element, "initial_date")}">`;
    default:
      return html`<input type="time" ${common} value="${string(element, "initial_time")}">`;
  }
}

function localMinute(at: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return format.format(at).replace(" ", "T");
}
