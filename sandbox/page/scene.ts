import { knownZone } from "#sandbox/page/blocks/dates";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import type { Extras } from "#sandbox/page/extras";
import { channelsOf, type Look, lookHref, playable } from "#sandbox/page/look";
import type { ReadMarks } from "#sandbox/page/read-marks";
import type { SandboxChannel, SandboxFile, World } from "#sandbox/slack/model";

/** Everything that a fragment of the page is drawn from. */
export type Scene = {
  readonly world: World;
  readonly look: Look;
  readonly marks: ReadMarks;
  readonly extras: Extras;
  readonly now: number;
  /** Ephemeral messages this person has waved away. */
  dismissed(ts: string): boolean;
};

/** What the block renderer may know, for blocks that stand at `prefix`. */
export function viewingOf(scene: Scene, prefix: string, errors: Readonly<Record<string, string>> = {}): Viewing {
  const { world, look } = scene;
  return {
    viewer: look.viewer.id,
    now: scene.now,
    timeZone: knownZone(look.timeZone),
    prefix,
    userName: (id) => world.users.find((user) => user.id === id)?.name ?? null,
    groupHandle: (id) => world.groups.find((group) => group.id === id)?.handle ?? null,
    channelName: (id) => world.channels.find((channel) => channel.id === id)?.name ?? null,
    channelHref: (id) => lookHref(look.viewer.id, id),
    messageHref: (url) => messageHref(url, look.viewer.id),
    people: playable(world).map(({ id, name }) => ({ id, name })),
    channels: channelsOf(world, look.viewer.id).filter(({ kind }) => kind === "channel"),
    fileHref: (id) => (findFile(scene, id) ? `/file/${encodeURIComponent(id)}?as=${look.viewer.id}` : null),
    errors,
  };
}

/** What `chat.getPermalink` gave out, as an address of this page; null for any other. */
function messageHref(url: string, viewer: string): { readonly href: string; readonly id: string } | null {
  const found = /^https:\/\/[a-z0-9-]+\.slack\.com\/archives\/([CDG][A-Z0-9]+)\/p(\d+)(\d{6})(?:\?(.*))?$/.exec(url);
  const [, channel, seconds, micros, query = ""] = found ?? [];
  if (channel === undefined) return null;
  const thread = new URLSearchParams(query).get("thread_ts") ?? undefined;
  const place = thread === undefined ? "m" : "t";
  return { href: lookHref(viewer, channel, thread), id: `${place}-${seconds}.${micros}` };
}

/** A file that this person may see: one in their messages, or one that an app uploaded. */
export function findFile({ world, look, extras }: Scene, id: string): SandboxFile | undefined {
  const uploaded = extras.file?.(id);
  if (uploaded) return uploaded;
  return channelsOf(world, look.viewer.id)
    .flatMap((channel) => world.messages(channel.id, look.viewer.id))
    .flatMap(({ files }) => files)
    .find((file) => file.id === id);
}

/** `#release`, or the other person of a direct message. */
export function channelTitle(channel: SandboxChannel, { world, look }: Scene): string {
  if (channel.kind === "channel") return `#${channel.name}`;
  const other = channel.members.find((id) => id !== look.viewer.id) ?? look.viewer.id;
  return world.users.find((user) => user.id === other)?.name ?? channel.name;
}
