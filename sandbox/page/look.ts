import { knownZone } from "#sandbox/page/blocks/dates";
import type { SandboxChannel, SandboxUser, World } from "#sandbox/slack/model";

/** What one browser tab looks at: who the person is, which channel, which thread (null: none open), or the app's Home. */
export type Look = {
  readonly viewer: SandboxUser;
  readonly channel: SandboxChannel | null;
  readonly thread: string | null;
  /** The app's Home stands in place of a channel. */
  readonly home: boolean;
  readonly timeZone: string;
};

/** Everybody that can be played: apps have no hands. */
export const playable = (world: World): readonly SandboxUser[] => world.users.filter((user) => user.kind !== "bot");

export const channelsOf = (world: World, viewer: string): readonly SandboxChannel[] =>
  world.channels.filter((channel) => channel.members.includes(viewer));

/** Reads `?as=&channel=&thread=&home=&tz=`; what is missing or not theirs becomes the first sensible thing. Null: nobody here. */
export function readLook(query: URLSearchParams, world: World): Look | null {
  const people = playable(world);
  const viewer = people.find(({ id }) => id === query.get("as")) ?? people[0];
  if (!viewer) return null;
  const timeZone = knownZone(query.get("tz"));
  if (query.get("home") === "1") return { viewer, channel: null, thread: null, home: true, timeZone };
  const mine = channelsOf(world, viewer.id);
  const channel =
    mine.find(({ id }) => id === query.get("channel")) ??
    mine.find(({ kind }) => kind === "channel") ??
    mine[0] ??
    null;
  return { viewer, channel, thread: query.get("thread") || null, home: false, timeZone };
}

export const homeHref = (viewer: string): string => `/?${new URLSearchParams({ as: viewer, home: "1" })}`;

export const lookHref = (viewer: string, channel: string | null, thread?: string): string => {
  const query = new URLSearchParams({ as: viewer });
  if (channel !== null) query.set("channel", channel);
  if (thread !== undefined) query.set("thread", thread);
  return `/?${query}`;
};
