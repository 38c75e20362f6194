import { object, string } from "#sandbox/page/blocks/json";
import { link } from "#sandbox/page/blocks/mentions";
import { words } from "#sandbox/page/blocks/text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

/** Address that this page may load: an uploaded file or an inline picture. The sandbox never fetches from the network. */
function source(element: Block, viewing: Viewing): string | null {
  const file = string(object(element, "slack_file"), "id");
  if (file) return viewing.fileHref(file);
  const url = string(element, "image_url");
  return /^(data:image\/(png|jpeg|gif|webp);|https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/)/.test(url) ? url : null;
}

/** A picture as an element of a context or an accessory. */
export function smallImage(element: Block, viewing: Viewing): Html {
  const src = source(element, viewing);
  const alt = string(element, "alt_text");
  return src === null
    ? html`<span class="image-missing" role="img" aria-label="${alt}">🖼 ${alt}</span>`
    : html`<img class="image-small" src="${src}" alt="${alt}">`;
}

export function imageBlock(block: Block, viewing: Viewing): Html {
  const src = source(block, viewing);
  const alt = string(block, "alt_text");
  const title = words(block.title);
  const picture =
    src === null
      ? html`<p class="image-missing">🖼 ${alt || "Picture"}: not loaded here. ${link(string(block, "image_url"), "Open it")}</p>`
      : html`<img src="${src}" alt="${alt}">`;
  return html`<figure>${title ? html`<figcaption>${title}</figcaption>` : ""}${picture}</figure>`;
}
