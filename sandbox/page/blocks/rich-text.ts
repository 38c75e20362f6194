import { emoji } from "#sandbox/page/blocks/emoji";
import { flag, number, object, objects, string } from "#sandbox/page/blocks/json";
import { broadcast, channelMention, date, groupMention, link, userMention } from "#sandbox/page/blocks/mentions";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html, join } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

/** A `rich_text` block: sections, lists, quotes, preformatted text. */
export function richText(block: Block | null, viewing: Viewing): Html {
  const parts = objects(block, "elements").map((part) => {
    const inside = objects(part, "elements");
    switch (part.type) {
      case "rich_text_section":
        return html`<div class="lines">${run(inside, viewing)}</div>`;
      case "rich_text_quote":
        return html`<blockquote>${run(inside, viewing)}</blockquote>`;
      case "rich_text_preformatted":
        return html`<pre><code>${run(inside, viewing)}</code></pre>`;
      case "rich_text_list":
        return bullets(part, inside, viewing);
      default:
        return html`<span class="unknown">unknown rich text ${string(part, "type")}</span>`;
    }
  });
  return html`<div class="rich">${parts}</div>`;
}

function bullets(part: Block, items: readonly Block[], viewing: Viewing): Html {
  const depth = Math.min(Math.max(number(part, "indent") ?? 0, 0), 5);
  const rows = items.map((item) => html`<li>${run(objects(item, "elements"), viewing)}</li>`);
  return part.style === "ordered"
    ? html`<ol class="indent-${depth}" start="${(number(part, "offset") ?? 0) + 1}">${rows}</ol>`
    : html`<ul class="indent-${depth}">${rows}</ul>`;
}

const run = (elements: readonly Block[], viewing: Viewing): Html =>
  join(elements.map((element) => styled(leaf(element, viewing), object(element, "style"))));

function styled(inner: Html, style: Block | null): Html {
  let out = inner;
  if (flag(style, "code")) out = html`<code>${out}</code>`;
  if (flag(style, "strike")) out = html`<s>${out}</s>`;
  if (flag(style, "italic")) out = html`<em>${out}</em>`;
  if (flag(style, "bold")) out = html`<strong>${out}</strong>`;
  return out;
}

/** Text in here is literal: no mrkdwn, no entities. */
function leaf(element: Block, viewing: Viewing): Html {
  const text = string(element, "text");
  switch (element.type) {
    case "text":
      return join(
        text.split("\n").map((line) => html`${line}`),
        "<br>",
      );
    case "link":
      return link(string(element, "url"), text || string(element, "url"));
    case "emoji":
      return html`${emoji(string(element, "name")) ?? `:${string(element, "name")}:`}`;
    case "user":
      return userMention(string(element, "user_id"), viewing);
    case "usergroup":
      return groupMention(string(element, "usergroup_id"), viewing);
    case "channel":
      return channelMention(string(element, "channel_id"), viewing);
    case "broadcast":
      return broadcast(string(element, "range"));
    case "date": {
      const url = string(element, "url") || undefined;
      return date(
        number(element, "timestamp") ?? 0,
        string(element, "format"),
        viewing,
        url,
        string(element, "fallback"),
      );
    }
    case "color":
      return html`<code>${string(element, "value")}</code>`;
    default:
      return html`<span class="unknown">unknown element ${string(element, "type")}</span>`;
  }
}
