import { button, iconButtons, overflow } from "#sandbox/page/blocks/buttons";
import { options, select } from "#sandbox/page/blocks/choices";
import { smallImage } from "#sandbox/page/blocks/images";
import { input } from "#sandbox/page/blocks/inputs";
import { string } from "#sandbox/page/blocks/json";
import type { Place } from "#sandbox/page/blocks/place";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

/** One block element; an unknown type says so on the page. */
export function element(block: Block, place: Place, viewing: Viewing): Html {
  switch (block.type) {
    case "button":
    case "workflow_button":
      return button(block, place, viewing);
    case "icon_button":
    case "feedback_buttons":
      return iconButtons(block, place, viewing);
    case "overflow":
      return overflow(block, place, viewing);
    case "static_select":
    case "users_select":
    case "channels_select":
    case "conversations_select":
    case "multi_static_select":
    case "multi_users_select":
    case "multi_channels_select":
    case "multi_conversations_select":
      return select(block, place, viewing);
    case "radio_buttons":
    case "checkboxes":
      return options(block, place, viewing);
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return input(block, place, viewing.timeZone);
    case "image":
      return smallImage(block, viewing);
    default:
      return html`<span class="unknown">unknown element type ${string(block, "type") || "(none)"}</span>`;
  }
}
