import type { SandboxUser } from "#sandbox/slack/model";
import { fail, flag, type Method, page, succeed, text } from "#sandbox/slack/web-api/call";
import { groupToWire, userToWire } from "#sandbox/slack/wire";
import type { Workspace } from "#sandbox/slack/workspace";

const users = { scopes: ["users:read"], token: "bot" } as const;
const groups = { scopes: ["usergroups:read"], token: "bot" } as const;

export const people: Readonly<Record<string, Method>> = {
  "users.info": {
    ...users,
    handle: (args, { workspace }) => {
      const user = workspace.user(text(args, "user") ?? "");
      return user ? succeed({ user: show(user, workspace) }) : fail("user_not_found");
    },
  },
  "users.list": {
    ...users,
    handle: (args, { workspace }) => {
      const { items, cursor } = page(workspace.users, args, 1000);
      const members = items.map((user) => show(user, workspace));
      return succeed({ members, cache_ts: 1_750_000_000, response_metadata: { next_cursor: cursor } });
    },
  },
  "bots.info": {
    ...users,
    handle: (args, { workspace }) => {
      const { bot } = workspace;
      if (text(args, "bot") !== bot.botId) return fail("bot_not_found");
      return succeed({
        bot: { id: bot.botId, deleted: false, name: bot.name, app_id: bot.appId, user_id: bot.userId },
      });
    },
  },
  "usergroups.list": {
    ...groups,
    handle: (args, { workspace }) => {
      const withUsers = flag(args, "include_users");
      const usergroups = workspace.groups.map((group) => {
        const { users, ...rest } = groupToWire(group, workspace.team.id);
        return withUsers && users !== undefined ? { ...rest, users } : rest;
      });
      return succeed({ usergroups });
    },
  },
  "usergroups.users.list": {
    ...groups,
    handle: (args, { workspace }) => {
      const group = workspace.group(text(args, "usergroup") ?? "");
      return group ? succeed({ users: [...group.users] }) : fail("no_such_subteam");
    },
  },
};

function show(user: SandboxUser, workspace: Workspace) {
  const shares = workspace.channels.some((channel) => channel.botIsMember && channel.members.includes(user.id));
  return userToWire(user, shares);
}
