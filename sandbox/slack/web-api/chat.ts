import { LIMITS } from "#sandbox/slack/limits";
import type { Block, Json, SandboxMessage } from "#sandbox/slack/model";
import {
  type Args,
  blocksOf,
  type Failure,
  fail,
  isFailure,
  type Method,
  metadataOf,
  type Platform,
  succeed,
  text,
  threadOf,
  writableChannel,
} from "#sandbox/slack/web-api/call";
import { messageToWire } from "#sandbox/slack/wire";

const write = { scopes: ["chat:write"], token: "bot" } as const;

type Content = { readonly text: string; readonly blocks: readonly Block[]; readonly metadata: Json };

export const chat: Readonly<Record<string, Method>> = {
  "chat.postMessage": {
    ...write,
    handle: (args, platform) => {
      const channel = writableChannel(args, platform);
      if (isFailure(channel)) return channel;
      const content = newContent(args, platform);
      if (isFailure(content)) return content;
      const { workspace } = platform;
      const message = workspace.messageStore.add({
        channel: channel.id,
        user: workspace.bot.userId,
        threadTs: threadOf(args, channel.id, platform),
        ...content,
      });
      const shown = messageToWire(message, workspace.bot, { metadata: true });
      return succeed({ channel: channel.id, ts: message.ts, message: shown });
    },
  },
  "chat.postEphemeral": {
    ...write,
    handle: (args, platform) => {
      const channel = writableChannel(args, platform);
      if (isFailure(channel)) return channel;
      const user = text(args, "user");
      if (!user || !platform.workspace.user(user)) return fail("user_not_found");
      if (!channel.members.includes(user)) return fail("user_not_in_channel");
      const content = newContent(args, platform);
      if (isFailure(content)) return content;
      const message = platform.workspace.messageStore.add({
        channel: channel.id,
        user: platform.workspace.bot.userId,
        threadTs: threadOf(args, channel.id, platform),
        ephemeralFor: user,
        ...content,
      });
      return succeed({ message_ts: message.ts });
    },
  },
  "chat.update": {
    ...write,
    handle: (args, platform) => {
      const message = ownMessage(args, platform, "cant_update_message");
      if (isFailure(message)) return message;
      const blocks = blocksOf(args, platform);
      if (isFailure(blocks)) return blocks;
      const metadata = metadataOf(args);
      if (isFailure(metadata)) return metadata;
      const words = text(args, "text");
      if (words === null && blocks === undefined) return fail("no_text");
      if ((words?.length ?? 0) > LIMITS.updateText) return fail("msg_too_long");
      platform.workspace.messageStore.change(message, {
        ...(words === null ? {} : { text: words }),
        // Text alone takes the blocks away; Slack keeps them only when no text is given either.
        blocks: blocks ?? [],
        ...(metadata === undefined ? {} : { metadata }),
        markEdited: blocks === undefined,
      });
      const shown = messageToWire(message, platform.workspace.bot, { metadata: true });
      return succeed({ channel: message.channel, ts: message.ts, text: message.text, message: shown });
    },
  },
  "chat.getPermalink": {
    scopes: [],
    token: "bot",
    handle: (args, platform) => {
      const channel = platform.workspace.channel(text(args, "channel") ?? "");
      if (!channel) return fail("channel_not_found");
      const message = platform.workspace.messageStore.find(channel.id, text(args, "message_ts") ?? "");
      if (!message || message.ephemeralFor !== null) return fail("message_not_found");
      return succeed({ channel: channel.id, permalink: permalinkOf(platform.workspace.team.name, message) });
    },
  },
  "chat.delete": {
    ...write,
    handle: (args, platform) => {
      const message = ownMessage(args, platform, "cant_delete_message");
      if (isFailure(message)) return message;
      platform.workspace.messageStore.remove(message);
      return succeed({ channel: message.channel, ts: message.ts });
    },
  },
};

/** A reply names the thread that it stands in. */
function permalinkOf(team: string, { channel, ts, threadTs }: SandboxMessage): string {
  const thread = threadTs === null || threadTs === ts ? "" : `?thread_ts=${threadTs}&cid=${channel}`;
  return `https://${team.toLowerCase().replaceAll(" ", "-")}.slack.com/archives/${channel}/p${ts.replace(".", "")}${thread}`;
}

function newContent(args: Args, platform: Platform): Content | Failure {
  const blocks = blocksOf(args, platform);
  if (isFailure(blocks)) return blocks;
  const metadata = metadataOf(args);
  if (isFailure(metadata)) return metadata;
  const words = text(args, "text") ?? "";
  if (words === "" && (blocks ?? []).length === 0) return fail("no_text");
  if (words.length > LIMITS.messageText) return fail("msg_too_long");
  return { text: words, blocks: blocks ?? [], metadata: metadata ?? null };
}

function ownMessage(args: Args, platform: Platform, notMine: string): SandboxMessage | Failure {
  const { workspace } = platform;
  const channel = workspace.channel(text(args, "channel") ?? "");
  if (!channel) return fail("channel_not_found");
  // The one place where Slack calls an archived channel inactive.
  if (channel.archived) return fail("is_inactive");
  const message = workspace.messageStore.find(channel.id, text(args, "ts") ?? "");
  if (!message || message.ephemeralFor !== null) return fail("message_not_found");
  if (message.user !== workspace.bot.userId) return fail(notMine);
  if (!channel.botIsMember) return fail("not_in_channel");
  return message;
}
