import type {
  Block,
  Json,
  SandboxChannel,
  SandboxFile,
  SandboxGroup,
  SandboxMessage,
  SandboxUser,
} from "#sandbox/slack/model";
import { handleOf } from "#sandbox/slack/people";

export type Bot = {
  readonly userId: string;
  readonly botId: string;
  readonly appId: string;
  readonly name: string;
  readonly teamId: string;
};

const CREATED = 1_750_000_000;

/** A message as Web API answers and event payloads show it. */
export function messageToWire(
  message: SandboxMessage,
  bot: Bot,
  options: { readonly metadata: boolean; readonly replies?: readonly SandboxMessage[] },
): Block {
  const own = message.user === bot.userId;
  const last = options.replies?.at(-1);
  return {
    type: "message",
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: bot.teamId,
    ...(own ? { bot_id: bot.botId, app_id: bot.appId, bot_profile: botProfile(bot) } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.editedAt === null ? {} : { edited: { user: message.user, ts: message.editedAt } }),
    ...(message.files.length > 0 ? { files: message.files.map((file) => sharedFile(file, message.user)) } : {}),
    ...(options.metadata && message.metadata !== null ? { metadata: message.metadata } : {}),
    ...(last ? { thread_ts: message.ts, reply_count: options.replies?.length ?? 0, latest_reply: last.ts } : {}),
  };
}

function sharedFile(file: SandboxFile, user: string): Block {
  return { ...fileToWire(file, true), user, file_access: "visible" };
}

function botProfile(bot: Bot): Block {
  return { id: bot.botId, app_id: bot.appId, name: bot.name, deleted: false, updated: CREATED, team_id: bot.teamId };
}

/** `is_stranger` is true only while the person shares no channel with the app; `team_id` tells in any case. */
export function userToWire(user: SandboxUser, sharesChannelWithApp: boolean): Block {
  const base = {
    id: user.id,
    team_id: user.teamId,
    name: handleOf(user),
    deleted: user.kind === "deactivated",
    profile: { real_name: user.name, display_name: handleOf(user), title: user.title, team: user.teamId },
    is_bot: user.kind === "bot",
    is_app_user: false,
    updated: CREATED,
  };
  if (user.kind === "deactivated") return base;
  return {
    ...base,
    real_name: user.name,
    tz: "Europe/Berlin",
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.kind === "guest" || user.kind === "single-channel-guest",
    is_ultra_restricted: user.kind === "single-channel-guest",
    ...(user.kind === "stranger" ? { is_stranger: !sharesChannelWithApp } : {}),
  };
}

export function channelToWire(channel: SandboxChannel, bot: Bot): Block {
  if (channel.kind === "dm") {
    const other = channel.members.find((member) => member !== bot.userId) ?? "";
    return { id: channel.id, created: CREATED, is_im: true, is_archived: false, is_org_shared: false, user: other };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    created: CREATED,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: false,
    is_archived: channel.archived,
    is_general: channel.name === "general",
    is_member: channel.botIsMember,
    is_shared: channel.sharedExternally,
    is_ext_shared: channel.sharedExternally,
    is_org_shared: false,
    is_pending_ext_shared: false,
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
  };
}

export function groupToWire(group: SandboxGroup, teamId: string): Block {
  return {
    id: group.id,
    team_id: teamId,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    handle: group.handle,
    description: "",
    is_external: false,
    date_delete: 0,
    user_count: group.users.length,
    users: [...group.users],
  };
}

export function fileToWire(file: SandboxFile, ready: boolean): Block {
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    // Slack fills these in only when it has looked at the bytes.
    mimetype: ready ? file.mimetype : "",
    filetype: ready ? filetypeOf(file) : "",
    size: file.bytes.length,
    mode: "hosted",
    is_external: false,
  };
}

/** Slack's own names for kinds of files: mostly the ending. */
function filetypeOf({ name, mimetype }: SandboxFile): string {
  const ending = name.split(".").at(-1)?.toLowerCase() ?? "";
  return (
    { yml: "yaml", jpeg: "jpg", txt: "text", md: "markdown" }[ending] ?? (ending || (mimetype.split("/")[1] ?? ""))
  );
}

/** Anything parsed from JSON, narrowed to an object; null for the rest. */
export function asBlock(value: Json | undefined): Block | null {
  return isBlock(value) ? value : null;
}

export function isBlock(value: Json | undefined): value is Block {
  return typeof value === "object" && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function asText(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
