import { attribute, type Html, html } from "#sandbox/page/html";
import { channelsOf, homeHref, lookHref, playable } from "#sandbox/page/look";
import { avatar, badge, titleBeside } from "#sandbox/page/people";
import { channelTitle, type Scene } from "#sandbox/page/scene";
import type { SandboxChannel, SandboxUser } from "#sandbox/slack/model";

/** Left rail: the workspace, its channels, direct messages, and whom one plays. */
export function rail(scene: Scene): Html {
  const { world, look, extras } = scene;
  const mine = channelsOf(world, look.viewer.id);
  const rooms = mine.filter(({ kind }) => kind === "channel");
  const direct = mine.filter(({ kind }) => kind === "dm");
  const controls = (extras.controls ?? []).map(
    (control) =>
      html`<button class="control-button" type="button" id="control-${control.id}" data-control="${control.id}" title="${control.about}">${control.label}</button>`,
  );
  return html`<nav id="rail" aria-label="Workspace">
    <div class="workspace"><span class="workspace-mark" aria-hidden="true">${[...world.team.name][0] ?? "S"}</span>
      <strong>${world.team.name}</strong><span class="sandbox-tag">sandbox</span></div>
    <div class="rail-scroll">
    <h2 id="rail-channels">Channels</h2><ul aria-labelledby="rail-channels">${rooms.map((room) => roomLink(room, scene))}</ul>
    ${appLink(scene)}
    ${direct.length > 0 ? html`<h2 id="rail-direct">Direct messages</h2><ul aria-labelledby="rail-direct">${direct.map((room) => roomLink(room, scene))}</ul>` : ""}
    <h2 id="rail-people">Act as</h2><ul class="people" aria-labelledby="rail-people">${playable(world).map((user) => personLink(user, scene))}</ul>
    ${controls.length > 0 ? html`<h2 id="rail-controls">Sandbox</h2><div class="controls" role="group" aria-labelledby="rail-controls">${controls}</div>` : ""}
    </div></nav>`;
}

/** The app, whose Home everybody has for themselves. */
function appLink({ look, world }: Scene): Html {
  const app = world.users.find(({ kind }) => kind === "bot");
  if (app === undefined) return html``;
  return html`<h2 id="rail-apps">Apps</h2><ul aria-labelledby="rail-apps"><li id="app-${app.id}"><a class="room" href="${homeHref(look.viewer.id)}" data-go${attribute("aria-current", look.home ? "page" : null)}>
    ${avatar(app, app.id)}<span class="room-name">${app.name} Home</span></a></li></ul>`;
}

function roomLink(room: SandboxChannel, scene: Scene): Html {
  const { look, marks, world } = scene;
  const here = room.id === look.channel?.id;
  const unread = here ? 0 : marks.unread(look.viewer.id, room.id);
  const other = world.users.find(
    (user) => room.kind === "dm" && user.id !== look.viewer.id && room.members.includes(user.id),
  );
  const mark =
    room.kind === "channel"
      ? html`<span class="hash" aria-hidden="true">#</span>`
      : avatar(other, other?.id ?? room.id);
  const name = channelTitle(room, scene).replace(/^#/, "");
  return html`<li id="room-${room.id}"><a class="room${unread > 0 ? " unread" : ""}" href="${lookHref(look.viewer.id, room.id)}" data-go${attribute("aria-current", here ? "page" : null)}>
    ${mark}<span class="room-name">${name}</span>${room.archived ? html`<span class="badge">Archived</span>` : ""}
    ${unread > 0 ? html`<span class="dot"><span class="visually-hidden">, ${unread} unread</span></span>` : ""}</a></li>`;
}

function personLink(user: SandboxUser, { look, marks, world }: Scene): Html {
  const here = user.id === look.viewer.id;
  const rooms = channelsOf(world, user.id);
  const room =
    rooms.some(({ id }) => id === look.channel?.id) && look.channel?.kind === "channel" ? look.channel : null;
  const waiting = !here && rooms.some(({ id, kind }) => kind === "dm" && marks.unread(user.id, id) > 0);
  return html`<li id="person-${user.id}"><a class="person" href="${look.home ? homeHref(user.id) : lookHref(user.id, room?.id ?? null)}" data-go${attribute("aria-current", here ? "true" : null)}>
    ${avatar(user, user.id)}<span class="person-text"><span class="person-name">${user.name}</span>
    <span class="person-title">${titleBeside(user)}</span>${badge(user)}</span>
    ${waiting ? html`<span class="dot"><span class="visually-hidden">, unread direct message</span></span>` : ""}</a></li>`;
}
