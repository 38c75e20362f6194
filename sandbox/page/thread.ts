import { composer } from "#sandbox/page/composer";
import { type Html, html } from "#sandbox/page/html";
import { lookHref } from "#sandbox/page/look";
import { messageArticle, repliesTo, visible } from "#sandbox/page/messages";
import { channelTitle, type Scene } from "#sandbox/page/scene";

/** The pane beside the channel: one message and its replies. */
export function thread(scene: Scene): Html {
  const { look } = scene;
  if (look.thread === null || !look.channel) return html`<aside id="thread" aria-label="Thread" hidden></aside>`;
  const all = visible(scene);
  const parent = all.find(({ ts }) => ts === look.thread);
  const replies = repliesTo(look.thread, all);
  const draw = (message: (typeof all)[number]) =>
    messageArticle(message, scene, { place: "t", replies: [], joined: false });
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return html`<aside id="thread" aria-label="Thread">
    <header class="pane-head"><h2>Thread <span class="muted">${channelTitle(look.channel, scene)}</span></h2>
      <a class="icon-button" id="thread-close" role="button" aria-label="Close thread" href="${lookHref(look.viewer.id, look.channel.id)}" data-go data-back="replies-${look.thread}">✕</a></header>
    <div class="thread-scroll" id="thread-scroll" role="log" aria-label="Thread" aria-relevant="additions" tabindex="0" data-thread="${look.thread}">
      ${parent ? draw(parent) : html`<p class="empty">The message this thread began with was deleted.</p>`}
      <div class="day" role="separator" aria-label="${count}"><span>${count}</span></div>${replies.map(draw)}</div>
    ${composer(scene, look.thread)}</aside>`;
}
