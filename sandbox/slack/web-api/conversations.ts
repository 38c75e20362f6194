import type { Block, SandboxChannel, SandboxMessage } from "#sandbox/slack/model";
import {
  type Args,
  count,
  type Failure,
  fail,
  flag,
  isFailure,
  type Method,
  type Platform,
  page,
  succeed,
  text,
} from "#sandbox/slack/web-api/call";
import { channelToWire, messageToWire } from "#sandbox/slack/wire";

const read = { scopes: ["channels:read", "groups:read", "im:read"], token: "bot" } as const;
const history = { scopes: ["channels:history", "groups:history", "im:history"], token: "bot" } as const;

export const conversations: Readonly<Record<string, Method>> = {
  "conversations.info": {
    ...read,
    handle: (args, platform) => {
      const channel = find(args, platform);
      if (isFailure(channel)) return channel;
      const members = flag(args, "include_num_members") ? { num_members: channel.members.length } : {};
      return succeed({ channel: { ...channelToWire(channel, platform.workspace.bot), ...members } });
    },
  },
  "conversations.list": {
    ...read,
    handle: (args, { workspace }) => {
      const types = (text(args, "types") ?? "public_channel").split(",").map((type) => type.trim());
      const wanted = workspace.channels.filter(
        (channel) =>
          types.includes(channel.kind === "dm" ? "im" : "public_channel") &&
          !(flag(args, "exclude_archived") && channel.archived),
      );
      const { items, cursor } = page(wanted, args, 100);
      const channels = items.map((channel) => channelToWire(channel, workspace.bot));
      return succeed({ channels, response_metadata: { next_cursor: cursor } });
    },
  },
  "conversations.members": {
    ...read,
    handle: (args, platform) => {
      const channel = find(args, platform);
      if (isFailure(channel)) return channel;
      const { items, cursor } = page(channel.members, args, 100);
      return succeed({ members: [...items], response_metadata: { next_cursor: cursor } });
    },
  },
  "conversations.open": {
    scopes: ["im:write", "channels:manage"],
    token: "bot",
    handle: (args, { workspace }) => {
      const users = (text(args, "users") ?? "").split(",").filter((id) => id !== "");
      const [id] = users;
      if (id === undefined) return fail("users_list_not_supplied");
      if (users.length > 1) return fail("not_enough_users");
      const person = workspace.user(id);
      if (!person) return fail("user_not_found");
      if (person.kind === "deactivated") return fail("user_disabled");
      if (person.kind === "bot") return fail("cannot_dm_bot");
      const known = workspace.channels.some((channel) => channel.kind === "dm" && channel.members.includes(id));
      const dm = workspace.openDm(id);
      const shown = flag(args, "return_im") ? channelToWire(dm, workspace.bot) : { id: dm.id };
      return succeed({ channel: shown, ...(known ? { no_op: true, already_open: true } : {}) });
    },
  },
  "conversations.history": {
    ...history,
    handle: (args, platform) => {
      const channel = readable(args, platform);
      if (isFailure(channel)) return channel;
      const all = visible(channel, platform);
      const wanted = all.filter((message) => message.threadTs === null && inRange(message, args)).reverse();
      const { items, cursor } = page(wanted, { ...args, limit: count(args, "limit", 100, 999) }, 100);
      return succeed({
        messages: items.map((message) => show(message, all, args, platform)),
        has_more: cursor !== "",
        pin_count: 0,
        ...(cursor === "" ? {} : { response_metadata: { next_cursor: cursor } }),
      });
    },
  },
  "conversations.replies": {
    ...history,
    handle: (args, platform) => {
      const channel = readable(args, platform);
      if (isFailure(channel)) return channel;
      const all = visible(channel, platform);
      const asked = all.find((message) => message.ts === text(args, "ts"));
      if (!asked) return fail("thread_not_found");
      const root = asked.threadTs ?? asked.ts;
      const replies = all.filter((message) => message.threadTs === root && inRange(message, args));
      const parent = all.filter((message) => message.ts === root);
      const { items, cursor } = page([...parent, ...replies], args, 1000);
      return succeed({
        messages: items.map((message) => show(message, all, args, platform)),
        has_more: cursor !== "",
        ...(cursor === "" ? {} : { response_metadata: { next_cursor: cursor } }),
      });
    },
  },
};

function find(args: Args, { workspace }: Platform): SandboxChannel | Failure {
  return workspace.channel(text(args, "channel") ?? "") ?? fail("channel_not_found");
}

function readable(args: Args, platform: Platform): SandboxChannel | Failure {
  const channel = find(args, platform);
  return isFailure(channel) || channel.botIsMember ? channel : fail("not_in_channel");
}

function visible(channel: SandboxChannel, { workspace }: Platform): readonly SandboxMessage[] {
  return workspace.messageStore.all(channel.id).filter((message) => message.ephemeralFor === null);
}

function inRange(message: SandboxMessage, args: Args): boolean {
  const at = Number(message.ts);
  const oldest = Number(text(args, "oldest") ?? 0);
  const latest = Number(text(args, "latest") ?? Number.POSITIVE_INFINITY);
  return flag(args, "inclusive") ? at >= oldest && at <= latest : at > oldest && at < latest;
}

function show(message: SandboxMessage, all: readonly SandboxMessage[], args: Args, { workspace }: Platform): Block {
  const replies = all.filter((each) => each.threadTs === message.ts);
  return messageToWire(message, workspace.bot, { metadata: flag(args, "include_all_metadata"), replies });
}
