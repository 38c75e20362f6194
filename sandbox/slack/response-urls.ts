import { randomBytes } from "node:crypto";
import { validateMessageBlocks } from "#sandbox/slack/block-kit/validate";
import { LIFETIMES, LIMITS } from "#sandbox/slack/limits";
import type { Block, SandboxMessage } from "#sandbox/slack/model";
import { asText } from "#sandbox/slack/wire";
import type { Workspace } from "#sandbox/slack/workspace";

/** Where a response goes: the person and channel, and the message that was clicked, if one was. */
export type Origin = {
  readonly channel: string;
  readonly user: string;
  readonly message: SandboxMessage | null;
};

export type ResponseUrls = {
  issue(origin: Origin): string;
  /** What a POST to the URL does. `status` is the HTTP status; `error` is null when it worked. */
  use(token: string, body: Block | null): { readonly status: number; readonly error: string | null };
};

/** Response URLs: five uses within thirty minutes, also where the bot is no member. */
export function createResponseUrls(deps: {
  workspace: Workspace;
  now: () => number;
  origin: () => string;
  fileReady: (id: string) => boolean;
}): ResponseUrls {
  const issued = new Map<string, { readonly origin: Origin; readonly at: number; uses: number }>();
  return {
    issue: (origin) => {
      const token = randomBytes(18).toString("base64url");
      issued.set(token, { origin, at: deps.now(), uses: 0 });
      return `${deps.origin()}/actions/${deps.workspace.team.id}/${token}`;
    },
    use: (token, body) => {
      const known = issued.get(token);
      if (!known) return { status: 404, error: "invalid_url" };
      if (deps.now() - known.at > LIFETIMES.responseUrl) return { status: 404, error: "expired_url" };
      if (known.uses >= LIFETIMES.responseUrlUses) return { status: 404, error: "used_url" };
      if (!body) return { status: 400, error: "invalid_payload" };
      const error = respond(deps.workspace, known.origin, body, deps.fileReady);
      if (error !== null) return { status: 400, error };
      known.uses += 1;
      return { status: 200, error: null };
    },
  };
}

/**
 * Applies a response: to a response URL, or as the body of a slash command's acknowledgement.
 *
 * @returns Slack's error code, or null when it worked
 */
export function respond(
  workspace: Workspace,
  origin: Origin,
  body: Block,
  fileReady: (id: string) => boolean,
): string | null {
  const { messageStore, bot } = workspace;
  const original = origin.message && messageStore.find(origin.channel, origin.message.ts);
  if (isTrue(body.delete_original)) {
    if (original) messageStore.remove(original);
    return null;
  }
  const checked = body.blocks === undefined ? null : validateMessageBlocks(body.blocks, fileReady);
  if (checked && !checked.ok) return checked.error;
  const blocks = checked?.blocks ?? [];
  const text = asText(body.text) ?? "";
  if (text === "" && blocks.length === 0) return "no_text";
  if (text.length > LIMITS.messageText) return "msg_too_long";
  if (isTrue(body.replace_original) && original) {
    messageStore.change(original, { text, blocks, markEdited: blocks.length === 0 });
    return null;
  }
  messageStore.add({
    channel: origin.channel,
    user: bot.userId,
    text,
    blocks,
    threadTs: asText(body.thread_ts),
    metadata: body.metadata ?? null,
    ephemeralFor: body.response_type === "in_channel" ? null : origin.user,
  });
  return null;
}

const isTrue = (value: unknown) => value === true || value === "true";
