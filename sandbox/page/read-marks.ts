import type { World } from "#sandbox/slack/model";

export type ReadMarks = {
  /** Everything in the channel has been on this person's screen. True when that is news. */
  markRead(user: string, channel: string): boolean;
  /** Messages of others that this person has not seen. */
  unread(user: string, channel: string): number;
};

/** Who has seen which channel up to where. Kept by the page: Slack's API says nothing about it. */
export function createReadMarks(world: World): ReadMarks {
  const seen = new Map<string, string>();
  const key = (user: string, channel: string) => `${user} ${channel}`;
  return {
    markRead(user, channel) {
      const newest = world.messages(channel, user).reduce((max, { ts }) => (later(ts, max) ? ts : max), "0");
      if (!later(newest, seen.get(key(user, channel)) ?? "0")) return false;
      seen.set(key(user, channel), newest);
      return true;
    },
    unread(user, channel) {
      const mark = seen.get(key(user, channel)) ?? "0";
      return world.messages(channel, user).filter((message) => message.user !== user && later(message.ts, mark)).length;
    },
  };
}

const later = (a: string, b: string): boolean => Number(a) > Number(b);
