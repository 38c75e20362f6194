import type { HomeView, MessageMetadata, View } from "@slack/types";
import { z } from "zod";
import type { MessageBlock } from "#src/slack/blocks/elements";
import { findByMetadata, type MetadataSearch } from "#src/slack/find-by-metadata";
import { type FileSearch, findFile } from "#src/slack/find-file";
import { neverShared, sendBytes } from "#src/slack/send-bytes";
import { SlackError, toSlackError } from "#src/slack/slack-error";
import type { SlackCall } from "#src/slack/web-client";

export type OutgoingMessage = {
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly MessageBlock[];
  readonly metadata?: MessageMetadata;
  readonly threadTs?: string;
};
/** A text file. `title` is what people read, `name` what it is saved as. */
export type OutgoingFile = { readonly name: string; readonly title: string; readonly text: string };
export type FilePlace = { readonly channel: string; readonly threadTs: string };
export type OutgoingReply = { readonly text: string; readonly blocks?: readonly MessageBlock[] };

/** The one outbound module for everything Golive writes to Slack. Every function throws `SlackError`. */
export interface SlackWeb {
  whoAmI(): Promise<{ readonly userId: string; readonly botId: string; readonly teamId: string }>;
  /** Posts once. After an `ambiguous` failure the message may exist: look with `findPosted` before posting again. */
  post(message: OutgoingMessage): Promise<{ readonly ts: string }>;
  update(message: OutgoingMessage & { readonly ts: string }): Promise<void>;
  /** The newest message of ours that carries this metadata; null when there is certainly none. */
  findPosted(search: MetadataSearch): Promise<string | null>;
  /** Uploads a file. Nobody sees it until it is shared: whatever fails here may be done again. */
  uploadFile(file: OutgoingFile): Promise<{ readonly id: string }>;
  /** Shows an uploaded file in a thread. After an `ambiguous` failure it may be there: look with `findFile` first. */
  shareFile(file: { readonly id: string; readonly title: string }, place: FilePlace): Promise<void>;
  /** The newest message of the thread in which this user (ours) shared a file of this name; null: certainly none. */
  findFile(search: FileSearch): Promise<string | null>;
  /** Visible to one person. Works in channels the bot is a member of. */
  ephemeral(message: OutgoingMessage & { readonly user: string }): Promise<void>;
  /** Answers a click or command privately through its response_url (5 uses, 30 minutes). */
  respond(responseUrl: string, reply: OutgoingReply): Promise<void>;
  /** `triggerId` works once, within 3 s of the click: call this before any other I/O. */
  openView(triggerId: string, view: View): Promise<{ readonly id: string }>;
  /** Puts a view on top of the stack; same deadline as `openView`. */
  pushView(triggerId: string, view: View): Promise<{ readonly id: string }>;
  updateView(id: string, view: View): Promise<void>;
  /** The Home of one person, from now on. */
  publishHome(user: string, view: HomeView): Promise<void>;
  /** Address of a message, for people who are in its channel. It never changes. */
  permalink(channel: string, ts: string): Promise<string>;
  /** The direct-message channel with a person. */
  openDm(user: string): Promise<string>;
}

const whoSchema = z.object({ user_id: z.string(), bot_id: z.string(), team_id: z.string() });
const postSchema = z.object({ ts: z.string() });
const viewSchema = z.object({ view: z.object({ id: z.string() }) });
const permalinkSchema = z.object({ permalink: z.url() });
const dmSchema = z.object({ channel: z.object({ id: z.string() }) });

const ticketSchema = z.object({ upload_url: z.url(), file_id: z.string() });

const RESPOND_TIMEOUT_MS = 10_000;

/** `call`: from `createSlackCall`. */
export function createSlackWeb(call: SlackCall): SlackWeb {
  async function ask<T>(method: string, args: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    const answer = schema.safeParse(await call(method, args));
    // Slack said "ok": what was asked has happened, only what came of it can't be read.
    if (!answer.success) throw new SlackError(method, "unreadable answer", { kind: "ambiguous" }, answer.error);
    return answer.data;
  }

  return {
    async whoAmI() {
      const who = await ask("auth.test", {}, whoSchema);
      return { userId: who.user_id, botId: who.bot_id, teamId: who.team_id };
    },
    async post(message) {
      return { ts: (await ask("chat.postMessage", messageArgs(message), postSchema)).ts };
    },
    async update(message) {
      await call("chat.update", { ...messageArgs(message), ts: message.ts });
    },
    findPosted: (search) => findByMetadata(call, search),
    async uploadFile(file) {
      const bytes = Buffer.from(file.text, "utf8");
      try {
        const args = { filename: file.name, length: bytes.length };
        const ticket = await ask("files.getUploadURLExternal", args, ticketSchema);
        await sendBytes(ticket.upload_url, bytes);
        return { id: ticket.file_id };
      } catch (error) {
        throw neverShared(error);
      }
    },
    async shareFile({ id, title }, { channel, threadTs }) {
      await call("files.completeUploadExternal", { files: [{ id, title }], channel_id: channel, thread_ts: threadTs });
    },
    findFile: (search) => findFile(call, search),
    async ephemeral(message) {
      await call("chat.postEphemeral", { ...messageArgs(message), user: message.user });
    },
    respond,
    openView: async (triggerId, view) => (await ask("views.open", { trigger_id: triggerId, view }, viewSchema)).view,
    pushView: async (triggerId, view) => (await ask("views.push", { trigger_id: triggerId, view }, viewSchema)).view,
    async updateView(id, view) {
      await call("views.update", { view_id: id, view });
    },
    async publishHome(user, view) {
      await call("views.publish", { user_id: user, view });
    },
    permalink: async (channel, ts) =>
      (await ask("chat.getPermalink", { channel, message_ts: ts }, permalinkSchema)).permalink,
    openDm: async (user) => (await ask("conversations.open", { users: user }, dmSchema)).channel.id,
  };
}

/** Links in evidence must not unfold into previews that push the message apart. */
function messageArgs(message: OutgoingMessage): Record<string, unknown> {
  return {
    channel: message.channel,
    text: message.text,
    blocks: message.blocks,
    unfurl_links: false,
    unfurl_media: false,
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  };
}

async function respond(responseUrl: string, reply: OutgoingReply): Promise<void> {
  const body = JSON.stringify({ response_type: "ephemeral", replace_original: false, ...reply });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(RESPOND_TIMEOUT_MS);
  let answer: Response;
  try {
    answer = await fetch(responseUrl, { method: "POST", headers, body, signal, redirect: "error" });
  } catch (error) {
    throw toSlackError("response_url", error);
  }
  if (answer.ok) return;
  const kind = answer.status >= 500 ? "ambiguous" : "expired";
  throw new SlackError("response_url", `HTTP ${answer.status}`, { kind }, undefined);
}
