import { clockTime, dayName } from "#sandbox/page/blocks/dates";
import { mrkdwn } from "#sandbox/page/blocks/mrkdwn";
import { renderBlocks } from "#sandbox/page/blocks/render";
import { attribute, type Html, html, join } from "#sandbox/page/html";
import { lookHref } from "#sandbox/page/look";
import { avatar, badge } from "#sandbox/page/people";
import { channelTitle, type Scene, viewingOf } from "#sandbox/page/scene";
import type { SandboxFile, SandboxMessage } from "#sandbox/slack/model";

/** Older messages are not drawn: the page is for playing, not for archives. */
const newest = 200;
const sameBreath = 5 * 60_000;

/** Epoch ms of a message's `ts`. */
const sentAt = (message: SandboxMessage): number => Number(message.ts) * 1000;

const isReply = (message: SandboxMessage): boolean => message.threadTs !== null && message.threadTs !== message.ts;

export const repliesTo = (ts: string, messages: readonly SandboxMessage[]): readonly SandboxMessage[] =>
  messages.filter((message) => message.threadTs === ts && isReply(message));

/** What this person sees in the channel, thread replies included, without what they waved away. */
export const visible = (scene: Scene): readonly SandboxMessage[] =>
  scene.look.channel
    ? scene.world.messages(scene.look.channel.id, scene.look.viewer.id).filter(({ ts }) => !scene.dismissed(ts))
    : [];

/** The channel's messages, oldest first, under a heading per day. */
export function messageList(scene: Scene): Html {
  const all = visible(scene);
  const top = all.filter((message) => !isReply(message));
  const shown = top.slice(-newest);
  const items = shown.map((message, i) => {
    const before = shown[i - 1];
    const day = dayName(sentAt(message), scene.now, scene.look.timeZone);
    const newDay = !before || dayName(sentAt(before), scene.now, scene.look.timeZone) !== day;
    const rule = newDay
      ? html`<div class="day" id="day-${message.ts}" role="separator" aria-label="${day}"><span>${day}</span></div>`
      : "";
    return html`${rule}${messageArticle(message, scene, { place: "m", replies: repliesTo(message.ts, all), joined: !newDay && joins(message, before) })}`;
  });
  const title = scene.look.channel ? channelTitle(scene.look.channel, scene) : "no channel";
  const older =
    top.length > newest ? html`<p class="empty">${top.length - newest} older messages are not shown.</p>` : "";
  const empty =
    shown.length === 0
      ? html`<p class="empty">Nothing here yet. ${scene.extras.empty ?? scene.extras.hint ?? ""}</p>`
      : "";
  return html`<div id="messages" role="log" aria-label="Messages in ${title}" aria-relevant="additions" tabindex="0" data-channel="${scene.look.channel?.id}">${older}${empty}${join(items)}</div>`;
}

const joins = (message: SandboxMessage, before: SandboxMessage | undefined): boolean =>
  before !== undefined &&
  before.user === message.user &&
  before.ephemeralFor === message.ephemeralFor &&
  message.blocks.length === 0 &&
  sentAt(message) - sentAt(before) < sameBreath;

type Drawing = { readonly place: "m" | "t"; readonly replies: readonly SandboxMessage[]; readonly joined: boolean };

export function messageArticle(message: SandboxMessage, scene: Scene, drawing: Drawing): Html {
  const author = scene.world.users.find((user) => user.id === message.user);
  const name = author?.name ?? message.user;
  const time = clockTime(sentAt(message), scene.look.timeZone);
  const id = `${drawing.place}-${message.ts}`;
  const viewing = viewingOf(scene, id);
  const body =
    message.blocks.length > 0
      ? renderBlocks(message.blocks, viewing)
      : html`<div class="block">${mrkdwn(message.text, viewing)}</div>`;
  const ephemeral = message.ephemeralFor !== null;
  const head = html`<div class="message-head"><strong class="author">${name}</strong>${badge(author)}
    <time datetime="${new Date(sentAt(message)).toISOString()}">${time}</time></div>`;
  return html`<article class="message${ephemeral ? " ephemeral" : ""}${drawing.joined ? " joined" : ""}" id="${id}" tabindex="-1" aria-label="${name}, ${time}" data-channel="${message.channel}" data-ts="${message.ts}">
    ${drawing.joined ? html`<span class="gutter" aria-hidden="true">${time}</span>` : avatar(author, message.user)}
    <div class="message-body">${ephemeral ? html`<p class="only-you"><span aria-hidden="true">👁</span> Only visible to you</p>` : ""}
    ${drawing.joined ? "" : head}${body}${message.files.map((file) => fileCard(file, scene))}
    ${message.editedAt ? html`<span class="edited">(edited)</span>` : ""}
    ${drawing.place === "m" ? replyLink(message, drawing.replies, scene) : ""}</div>${tools(message, scene, drawing)}</article>`;
}

function replyLink(message: SandboxMessage, replies: readonly SandboxMessage[], { look }: Scene): Html {
  const last = replies.at(-1);
  if (!last) return html``;
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const open = look.thread === message.ts;
  return html`<a class="replies" id="replies-${message.ts}" href="${lookHref(look.viewer.id, message.channel, message.ts)}" data-go role="button"${attribute("aria-expanded", open ? "true" : "false")}>
    ${count}<span class="replies-last">last ${clockTime(sentAt(last), look.timeZone)}</span></a>`;
}

function tools(message: SandboxMessage, { look }: Scene, { place }: Drawing): Html {
  if (message.ephemeralFor !== null) {
    return html`<div class="tools"><button type="button" data-dismiss title="Dismiss">Dismiss</button></div>`;
  }
  const reply = html`<a class="tool" href="${lookHref(look.viewer.id, message.channel, message.ts)}" data-go role="button">Reply in thread</a>`;
  return html`<div class="tools">${place === "m" ? reply : ""}<button type="button" data-delete aria-label="Delete message">Delete</button></div>`;
}

function fileCard(file: SandboxFile, { look }: Scene): Html {
  const href = `/file/${encodeURIComponent(file.id)}?as=${look.viewer.id}`;
  const size = file.bytes.length < 1024 ? `${file.bytes.length} B` : `${Math.round(file.bytes.length / 1024)} kB`;
  return /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype)
    ? html`<figure class="file-picture"><figcaption>${file.title}</figcaption><img src="${href}" alt="${file.title}"></figure>`
    : html`<a class="file" href="${href}" download="${file.name}">📄 <span>${file.title || file.name}</span> <small>${file.name}, ${size}</small></a>`;
}
