import type { SandboxFile } from "#sandbox/slack/model";
import {
  blocksOf,
  count,
  fail,
  isFailure,
  json,
  type Method,
  succeed,
  text,
  writableChannel,
} from "#sandbox/slack/web-api/call";
import { asBlock, asText, fileToWire, isList } from "#sandbox/slack/wire";

export const files: Readonly<Record<string, Method>> = {
  "files.getUploadURLExternal": {
    scopes: ["files:write"],
    token: "bot",
    handle: (args, platform) => {
      const name = text(args, "filename");
      const length = count(args, "length", 0, Number.MAX_SAFE_INTEGER);
      if (!name || length === 0) return fail("invalid_arguments");
      const { fileId, ticket } = platform.uploads.begin(name, length);
      return succeed({ upload_url: `${platform.origin()}/upload/v1/${ticket}`, file_id: fileId });
    },
  },
  "files.completeUploadExternal": {
    scopes: ["files:write"],
    token: "bot",
    handle: (args, platform) => {
      const listed = json(args, "files");
      if (!isList(listed ?? null)) return fail("invalid_arguments");
      const channelId = text(args, "channel_id");
      const channel = channelId ? writableChannel({ channel: channelId }, platform) : null;
      if (isFailure(channel)) return channel;
      const blocks = blocksOf(args, platform);
      if (isFailure(blocks)) return blocks;
      const done: SandboxFile[] = [];
      for (const value of isList(listed) ? listed : []) {
        const item = asBlock(value);
        const file = platform.uploads.complete(asText(item?.id) ?? "", asText(item?.title));
        if (!file) return fail("file_not_found");
        platform.workspace.addFile(file);
        done.push(file);
      }
      if (channel) {
        platform.workspace.messageStore.add({
          channel: channel.id,
          user: platform.workspace.bot.userId,
          text: text(args, "initial_comment") ?? "",
          threadTs: text(args, "thread_ts"),
          blocks: blocks ?? [],
          files: done,
        });
      }
      return succeed({ files: done.map((file) => ({ id: file.id, title: file.title })) });
    },
  },
  "files.info": {
    scopes: ["files:read"],
    token: "bot",
    handle: (args, platform) => {
      const found = platform.uploads.info(text(args, "file") ?? "");
      return found ? succeed({ file: fileToWire(found.file, found.ready) }) : fail("file_not_found");
    },
  },
};
