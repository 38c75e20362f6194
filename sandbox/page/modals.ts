import { isObject, objects } from "#sandbox/page/blocks/json";
import { renderBlocks } from "#sandbox/page/blocks/render";
import { textObject, words } from "#sandbox/page/blocks/text";
import { attribute, type Html, html } from "#sandbox/page/html";
import { type Scene, viewingOf } from "#sandbox/page/scene";
import type { SandboxView } from "#sandbox/slack/model";

/** The person's stack of modals. All are in the document, so that a lower one keeps what was typed; one is open. */
export function modals(scene: Scene): Html {
  const stack = scene.world.views(scene.look.viewer.id);
  return html`<div id="modals">${stack.map((view, i) => modal(view, i, i === stack.length - 1, scene))}</div>`;
}

function modal(shown: SandboxView, depth: number, top: boolean, scene: Scene): Html {
  const { view, id } = shown;
  const viewing = viewingOf(scene, `v-${id}`, shown.errors);
  const submit = isObject(view.submit)
    ? html`<button class="button primary" type="submit">${textObject(view.submit, viewing)}</button>`
    : "";
  const close = words(view.close) || (submit === "" ? "Close" : "Cancel");
  const blocks = objects(view, "blocks");
  const known = new Set(blocks.map((block) => block.block_id));
  // An error for a block that isn't there would be lost: it is shown on top.
  const stray = Object.entries(shown.errors)
    .filter(([block]) => !known.has(block))
    .map(([, text]) => text);
  return html`<dialog class="modal" id="view-${id}" data-view="${id}"${attribute("data-top", top)} aria-labelledby="title-${id}">
    <form data-submit novalidate><header class="pane-head"><h2 id="title-${id}">${words(view.title)}${depth > 0 ? html` <span class="muted">${depth + 1} of a stack</span>` : ""}</h2>
      <button class="icon-button" type="button" data-close aria-label="Close dialog">✕</button></header>
    <div class="dialog-body" id="body-${id}">${stray.map((text) => html`<p class="error" role="alert">${text}</p>`)}${renderBlocks(blocks, viewing)}</div>
    <footer class="dialog-foot"><span class="muted">sandbox</span><button class="button" type="button" data-close>${close}</button>${submit}</footer></form>
    <div class="toasts" id="toasts-${id}" role="region" aria-label="Notices" data-keep></div></dialog>`;
}
