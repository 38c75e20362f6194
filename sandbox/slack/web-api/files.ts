import { LIMITS } from "#sandbox/slack/limits";
import {
  blocksOf,
  count,
  fail,
  failWith,
  isFailure,
  json,
  type Method,
  succeed,
  text,
  threadOf,
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
      if (!name) return failWith("invalid_arguments", ["missing required field: filename"]);
      if (length === 0) return failWith("invalid_arguments", ["missing required field: length"]);
      if (length > LIMITS.fileBytes) return fail("file_upload_size_restricted");
      const { fileId, ticket } = platform.uploads.begin(name, length);
      return succeed({ upload_url: `${platform.origin()}/upload/v1/${ticket}`, file_id: fileId });
    },
  },
  "files.completeUploadExternal": {
    scopes: ["files:write"],
    token: "bot",
    handle: (args, platform) => {
      const listed = json(args, "files");
      if (!isList(listed) || listed.length === 0) return fail("invalid_arguments");
      const channelId = text(args, "channel_id");
      const channel = channelId ? writableChannel({ channel: channelId }, platform) : null;
      if (isFailure(channel)) return channel;
      const blocks = blocksOf(args, platform);
      if (isFailure(blocks)) return blocks;
      // All or none: a file whose bytes never came stops the others from being shown.
      const items = listed.map(asBlock);
      const ids = items.map((item) => asText(item?.id) ?? "");
      if (!ids.every((id) => platform.uploads.isReceived(id))) return fail("file_not_found");
      const done = items.flatMap(
        (item) => platform.uploads.complete(asText(item?.id) ?? "", asText(item?.title)) ?? [],
      );
      for (const file of done) platform.workspace.addFile(file);
      if (channel) {
        platform.workspace.messageStore.add({
          channel: channel.id,
          user: platform.workspace.bot.userId,
          text: text(args, "initial_comment") ?? "",
          threadTs: threadOf(args, channel.id, platform),
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
