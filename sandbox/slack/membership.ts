import type { Hub } from "#sandbox/slack/hub";
import type { Block, SandboxChannel, SandboxGroup, SandboxUser } from "#sandbox/slack/model";
import { type Bot, groupToWire, userToWire } from "#sandbox/slack/wire";

/** What an administrator of the workspace does. Each tells the app what Slack would tell it. */
export interface Mutators {
  archive(channel: string): void;
  unarchive(channel: string): void;
  removeBot(channel: string): void;
  inviteBot(channel: string): void;
  join(channel: string, user: string): void;
  leave(channel: string, user: string): void;
  deactivate(user: string): void;
  reactivate(user: string): void;
  setGroup(group: string, users: readonly string[]): void;
  /** Slack Connect: the channel says so in `is_ext_shared`, and people of other teams are let in. */
  shareExternally(channel: string): void;
  unshareExternally(channel: string): void;
}

/** Throws on an id that the workspace doesn't have: a typo in a test must not look like a quiet workspace. */
export function createMembership(deps: {
  hub: Hub;
  bot: Bot;
  nextTs: () => string;
  users: readonly SandboxUser[];
  user: (id: string) => SandboxUser | undefined;
  group: (id: string) => SandboxGroup | undefined;
  channel: (id: string) => SandboxChannel | undefined;
}): Mutators {
  const { hub, bot, nextTs } = deps;
  const channelOf = (id: string) => known(deps.channel(id), "channel", id);
  const userOf = (id: string) => known(deps.user(id), "user", id);
  const tell = (type: string, fields: Block) => {
    hub.changed();
    hub.tell({ subscription: type, event: { type, ...fields, event_ts: nextTs() } });
  };
  const member = (type: string, channel: SandboxChannel, user: string) =>
    tell(type, { user, channel: channel.id, channel_type: "C", team: bot.teamId });
  const admit = (channel: SandboxChannel, user: string) => {
    if (!channel.members.includes(user)) channel.members.push(user);
  };
  const expel = (channel: SandboxChannel, user: string) => {
    channel.members = channel.members.filter((each) => each !== user);
  };
  const setKind = (user: SandboxUser, kind: SandboxUser["kind"]) => {
    user.kind = kind;
    tell("user_change", { user: userToWire(user, true), cache_ts: Math.floor(Number(nextTs())) });
  };

  return {
    archive: (id) => {
      const channel = channelOf(id);
      channel.archived = true;
      tell("channel_archive", { channel: channel.id, user: "U0ROSA" });
    },
    unarchive: (id) => {
      const channel = channelOf(id);
      channel.archived = false;
      tell("channel_unarchive", { channel: channel.id, user: "U0ROSA" });
    },
    removeBot: (id) => {
      const channel = channelOf(id);
      channel.botIsMember = false;
      expel(channel, bot.userId);
      tell("channel_left", { channel: channel.id, actor_id: "U0ROSA" });
      member("member_left_channel", channel, bot.userId);
    },
    inviteBot: (id) => {
      const channel = channelOf(id);
      channel.botIsMember = true;
      admit(channel, bot.userId);
      member("member_joined_channel", channel, bot.userId);
    },
    join: (id, user) => {
      const channel = channelOf(id);
      admit(channel, userOf(user).id);
      member("member_joined_channel", channel, user);
    },
    leave: (id, user) => {
      const channel = channelOf(id);
      expel(channel, userOf(user).id);
      member("member_left_channel", channel, user);
    },
    deactivate: (id) => setKind(userOf(id), "deactivated"),
    reactivate: (id) => setKind(userOf(id), "member"),
    setGroup: (id, users) => {
      const group = known(deps.group(id), "group", id);
      const before = group.users;
      group.users = users.map((user) => userOf(user).id);
      const added = group.users.filter((user) => !before.includes(user));
      const removed = before.filter((user) => !group.users.includes(user));
      tell("subteam_members_changed", {
        subteam_id: group.id,
        team_id: bot.teamId,
        added_users: added,
        added_users_count: added.length,
        removed_users: removed,
        removed_users_count: removed.length,
      });
      tell("subteam_updated", { subteam: groupToWire(group, bot.teamId) });
    },
    shareExternally: (id) => {
      const channel = channelOf(id);
      channel.sharedExternally = true;
      for (const user of deps.users) if (user.kind === "stranger") admit(channel, user.id);
      tell("channel_shared", { channel: channel.id, connected_team_id: "T0OTHER" });
    },
    unshareExternally: (id) => {
      const channel = channelOf(id);
      channel.sharedExternally = false;
      for (const user of deps.users) if (user.kind === "stranger") expel(channel, user.id);
      tell("channel_unshared", { channel: channel.id, previously_connected_team_id: "T0OTHER", is_ext_shared: false });
    },
  };
}

function known<T>(found: T | undefined, what: string, id: string): T {
  if (found === undefined) throw new Error(`This sandbox workspace has no ${what} ${id}.`);
  return found;
}
