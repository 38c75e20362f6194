import type { Viewing } from "#sandbox/page/blocks/viewing";
import { morning } from "#test/page/fake-world";

/** A reader in Berlin on the morning of 3 November 2026. */
export const viewing: Viewing = {
  viewer: "UROSA",
  now: morning,
  timeZone: "Europe/Berlin",
  prefix: "p",
  userName: (id) => ({ UROSA: "Rosa Lind", UDAN: "Dan Ito" })[id] ?? null,
  groupHandle: (id) => (id === "S1" ? "data-leads" : null),
  channelName: (id) => (id === "CREL" ? "release" : null),
  channelHref: (id) => `/?channel=${id}`,
  messageHref: (url) => (url.endsWith("/p1") ? { href: "/?channel=CREL", id: "m-1" } : null),
  people: [{ id: "UDAN", name: "Dan <Ito>" }],
  channels: [{ id: "CREL", name: "release" }],
  fileHref: (id) => (id === "F1" ? "/file/F1" : null),
  errors: {},
};
