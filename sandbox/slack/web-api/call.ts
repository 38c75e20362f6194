import { validateMessageBlocks } from "#sandbox/slack/block-kit/validate";
import type { Block, Json, SandboxChannel } from "#sandbox/slack/model";
import type { Triggers } from "#sandbox/slack/triggers";
import type { Uploads } from "#sandbox/slack/uploads";
import { asBlock, asText } from "#sandbox/slack/wire";
import type { Workspace } from "#sandbox/slack/workspace";

/** The parts of the local Slack that Web API methods work on. */
export type Platform = {
  readonly workspace: Workspace;
  readonly triggers: Triggers;
  readonly uploads: Uploads;
  /** `http://127.0.0.1:port`, known once the server listens. */
  readonly origin: () => string;
  readonly connectSocket: () => string;
};

/** Arguments as they came: form values are strings, JSON bodies keep their types. */
export type Args = Readonly<Record<string, Json>>;
export type Reply = { readonly ok: true } & Block;
export type Failure = { readonly ok: false; readonly error: string } & Block;

export type Method = {
  /** Any one of these lets the call through; none needed when empty. */
  readonly scopes: readonly string[];
  readonly token: "bot" | "app" | "none";
  handle(args: Args, platform: Platform): Reply | Failure;
};

export function succeed(fields: Block = {}): Reply {
  return { ok: true, ...fields };
}

export function fail(error: string, fields: Block = {}): Failure {
  return { ok: false, error, ...fields };
}

/** A failure with Slack's list of what is wrong where. */
export function failWith(error: string, problems: readonly string[]): Failure {
  if (problems.length === 0) return fail(error);
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  return fail(error, { errors: problems, response_metadata: { messages } });
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "ok" in value && value.ok === false;
}

export function text(args: Args, name: string): string | null {
  const value = args[name];
  if (typeof value === "number") return String(value);
  return asText(value);
}

export function flag(args: Args, name: string): boolean {
  const value = args[name];
  return value === true || value === "true" || value === "1" || value === 1;
}

/** A positive whole number, or the default; never more than `max`. */
export function count(args: Args, name: string, standard: number, max: number): number {
  const value = Number(args[name] ?? standard);
  return Number.isInteger(value) && value > 0 ? Math.min(value, max) : standard;
}

/** An argument that is JSON, sent as such or as a string. Undefined: absent. Null: not JSON. */
export function json(args: Args, name: string): Json | undefined {
  const value = args[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") return value;
  try {
    const parsed: Json = JSON.parse(value);
    return parsed;
  } catch {
    return null;
  }
}

/** The blocks argument, validated and with ids filled in; undefined when absent. */
export function blocksOf(args: Args, platform: Platform): readonly Block[] | undefined | Failure {
  const value = json(args, "blocks");
  if (value === undefined) return undefined;
  const checked = validateMessageBlocks(value, platform.uploads.isReady);
  return checked.ok ? checked.blocks : failWith(checked.error, checked.problems);
}

/** Message metadata; undefined when absent, null when an empty object asks for its removal. */
export function metadataOf(args: Args): Json | undefined | Failure {
  const value = json(args, "metadata");
  if (value === undefined) return undefined;
  const metadata = asBlock(value);
  if (!metadata) return fail("invalid_metadata_format");
  if (Object.keys(metadata).length === 0) return null;
  const known = typeof metadata.event_type === "string" && asBlock(metadata.event_payload) !== null;
  return known ? metadata : fail("invalid_metadata_format");
}

/** The channel an app may write into, or why not. */
export function writableChannel(args: Args, platform: Platform): SandboxChannel | Failure {
  const id = text(args, "channel");
  if (!id) return fail("channel_not_found");
  const { workspace } = platform;
  const person = workspace.user(id);
  if (person && person.kind !== "deactivated" && person.kind !== "bot") return workspace.openDm(id);
  const channel = workspace.channel(id) ?? workspace.channels.find((each) => each.name === id.replace(/^#/, ""));
  if (!channel) return fail("channel_not_found");
  if (channel.archived) return fail("is_archived");
  if (!channel.botIsMember) return fail("not_in_channel");
  return channel;
}

/** The thread that is meant: replies to a reply land in the thread of its parent. Null: none. */
export function threadOf(args: Args, channel: string, { workspace }: Platform): string | null {
  const ts = text(args, "thread_ts");
  if (!ts) return null;
  return workspace.messageStore.find(channel, ts)?.threadTs ?? ts;
}

/** One page of a list, with Slack's cursor. */
export function page<T>(items: readonly T[], args: Args, standard: number): { items: readonly T[]; cursor: string } {
  const cursor = text(args, "cursor");
  const start = cursor ? Number(Buffer.from(cursor, "base64").toString().replace("offset:", "")) || 0 : 0;
  const end = start + count(args, "limit", standard, 1000);
  const next = end < items.length ? Buffer.from(`offset:${end}`).toString("base64") : "";
  return { items: items.slice(start, end), cursor: next };
}
