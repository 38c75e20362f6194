import { composer } from "#sandbox/page/composer";
import { home, homeHead } from "#sandbox/page/home";
import { type Html, html } from "#sandbox/page/html";
import { messageList } from "#sandbox/page/messages";
import { modals } from "#sandbox/page/modals";
import { rail } from "#sandbox/page/rail";
import { channelTitle, type Scene } from "#sandbox/page/scene";
import { thread } from "#sandbox/page/thread";

/** Element id → markup of that element. The browser morphs each into place; only changed ones are sent. */
export function fragments(scene: Scene): Readonly<Record<string, string>> {
  return {
    rail: rail(scene).html,
    "channel-head": channelHead(scene).html,
    messages: (scene.look.home ? home(scene) : messageList(scene)).html,
    composer: composer(scene, null).html,
    thread: thread(scene).html,
    modals: modals(scene).html,
  };
}

function channelHead(scene: Scene): Html {
  const { look, world } = scene;
  const channel = look.channel;
  const menu = html`<button class="icon-button" id="open-rail" type="button" data-rail aria-label="Channels and people">☰</button>`;
  if (look.home) return homeHead(scene, menu);
  if (!channel) return html`<header id="channel-head" class="pane-head">${menu}<h1>No channel</h1></header>`;
  const app = world.users.find(({ kind }) => kind === "bot");
  const names = channel.members.map((id) => world.users.find((user) => user.id === id)?.name ?? id);
  return html`<header id="channel-head" class="pane-head">${menu}<h1>${channelTitle(channel, scene)}</h1>
    <span class="muted members" title="${names.join(", ")}">${channel.members.length} members</span>
    ${channel.sharedExternally ? html`<span class="badge badge-stranger">Shared with another organisation</span>` : ""}
    ${app && !channel.botIsMember ? html`<span class="badge">${app.name} is not in this channel</span>` : ""}
    ${channel.archived ? html`<span class="badge">Archived</span>` : ""}
    <span class="badge narrow-only">sandbox</span>
    <span class="acting">as <strong>${look.viewer.name}</strong></span></header>`;
}
