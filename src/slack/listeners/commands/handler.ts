import { type Message, type Reply, section } from "#src/slack/blocks/elements";
import { channelLink, code } from "#src/slack/escape";
import { type ListenerDeps, servicesIn } from "#src/slack/listeners/deps";
import type { Typed } from "#src/slack/listeners/payloads";
import { answer, type ReplyPlace } from "#src/slack/listeners/reply";

/** What a slash command does, after it was acknowledged. */
export type CommandHandler = (deps: ListenerDeps, typed: Typed) => Promise<void>;

export function placeOf(typed: Typed): ReplyPlace {
  return { user: typed.by.user, responseUrl: typed.responseUrl, channel: typed.channel };
}

export function say(deps: ListenerDeps, typed: Typed, reply: Reply): Promise<void> {
  return answer(deps, placeOf(typed), reply);
}

export type ChosenService =
  | { readonly kind: "one"; readonly service: string }
  | { readonly kind: "several"; readonly services: readonly string[] }
  | { readonly kind: "none" };

/** The service that is meant: the named one, else the channel's only one. */
export function chooseService(deps: ListenerDeps, typed: Typed, named: string | null): ChosenService {
  if (named !== null) return { kind: "one", service: named };
  const services = servicesIn(deps.config, typed.channel);
  const [only] = services;
  if (only === undefined) return { kind: "none" };
  return services.length === 1 ? { kind: "one", service: only } : { kind: "several", services };
}

/** Nothing is released in this channel: where each service is. */
export function elsewhereReply(deps: ListenerDeps): Message {
  const lines = Object.entries(deps.config.services).map(
    ([id, { channel }]) => `• ${code(id)} in ${channelLink(channel)}`,
  );
  const text = "No service is released in this channel.";
  return {
    text,
    blocks: [section([`${text} Nothing was done. Each service has one channel:`, ...lines.slice(0, 20)].join("\n"))],
  };
}
