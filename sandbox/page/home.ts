import { renderBlocks } from "#sandbox/page/blocks/render";
import { type Html, html } from "#sandbox/page/html";
import { type Scene, viewingOf } from "#sandbox/page/scene";
import type { Block, Json } from "#sandbox/slack/model";

const isBlock = (value: Json): value is Block => typeof value === "object" && value !== null && !Array.isArray(value);

/** The app's Home as this person has it, in place of a channel's messages. */
export function home(scene: Scene): Html {
  const { world, look } = scene;
  const published = world.home(look.viewer.id);
  const blocks = published?.view.blocks;
  const drawn = Array.isArray(blocks) ? blocks.filter(isBlock) : [];
  const body =
    published === undefined
      ? html`<p class="empty">The app has not published a Home for ${look.viewer.name} yet.</p>`
      : html`<div class="home">${renderBlocks(drawn, viewingOf(scene, "home"))}</div>`;
  return html`<div id="messages" role="region" aria-label="Home of ${look.viewer.name}" tabindex="0" data-home>${body}</div>`;
}

export const homeHead = ({ world, look }: Scene, menu: Html): Html => {
  const app = world.users.find(({ kind }) => kind === "bot");
  return html`<header id="channel-head" class="pane-head">${menu}<h1>${app?.name ?? "App"} Home</h1>
    <span class="badge narrow-only">sandbox</span>
    <span class="acting">as <strong>${look.viewer.name}</strong></span></header>`;
};
