import { z } from "zod";
import type { Person, PersonKind } from "#src/release/people";
import type { SlackCall } from "#src/slack/web-client";

const userSchema = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  name: z.string().optional(),
  real_name: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_app_user: z.boolean().optional(),
  is_workflow_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
});
/** A user object as `users.info` and `user_change` carry it. */
export type SlackUser = z.infer<typeof userSchema>;

const channelSchema = z.object({
  is_archived: z.boolean().optional(),
  is_member: z.boolean().optional(),
  is_ext_shared: z.boolean().optional(),
  is_pending_ext_shared: z.boolean().optional(),
});

/** Reads about people and channels. Every function throws `SlackError`. */
export interface Directory {
  user(id: string): Promise<SlackUser>;
  /** User ids of a user group, deactivated ones left out by Slack. */
  groupMembers(id: string): Promise<readonly string[]>;
  channel(id: string): Promise<z.infer<typeof channelSchema>>;
}

/** `call`: from `createSlackCall`. */
export function createDirectory(call: SlackCall): Directory {
  return {
    user: async (id) => z.object({ user: userSchema }).parse(await call("users.info", { user: id })).user,
    async groupMembers(id) {
      const answer = await call("usergroups.users.list", { usergroup: id });
      return z.object({ users: z.array(z.string()) }).parse(answer).users;
    },
    channel: async (id) =>
      z.object({ channel: channelSchema }).parse(await call("conversations.info", { channel: id })).channel,
  };
}

/** Reads a user object out of an event; null when it isn't one. */
export function parseSlackUser(value: unknown): SlackUser | null {
  return userSchema.safeParse(value).data ?? null;
}

/** What a user object says somebody is. Only `member` may decide anything. A user without a team is a stranger. */
export function kindOf(user: SlackUser, ourTeam: string): PersonKind {
  if (user.deleted === true) return "deactivated";
  if (user.is_bot === true || user.is_workflow_bot === true || user.id === "USLACKBOT") return "bot";
  if (user.is_stranger === true || user.team_id !== ourTeam) return "stranger";
  if (user.is_restricted === true || user.is_ultra_restricted === true) return "guest";
  return "member";
}

/** The name people read: the real name, as on the profile. */
export function toPerson(user: SlackUser, ourTeam: string): Person {
  const names = [user.real_name, user.profile?.real_name, user.profile?.display_name, user.name, user.id];
  const name = names.find((each) => each !== undefined && each.trim() !== "") ?? user.id;
  return { id: user.id, name, kind: kindOf(user, ourTeam) };
}
