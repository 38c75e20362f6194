import { z } from "zod";
import type { PauseReason } from "#src/release/events";
import { IdentityError } from "#src/slack/identity-error";
import { type ListenerDeps, servicesIn } from "#src/slack/listeners/deps";
import type { EventHandler } from "#src/slack/listeners/events/handler";

const channelSchema = z.object({ channel: z.string() });
const memberSchema = z.object({ channel: z.string(), user: z.string() });

const REASONS = {
  archived: "channel-archived",
  unreachable: "bot-removed",
  shared: "channel-shared-externally",
} as const satisfies Record<string, PauseReason>;

/**
 * Something happened to a channel. What counts is what the channel is now, not what the event said: events arrive
 * twice and out of order. Only when Slack doesn't describe it, `otherwise` (the event's own word) pauses.
 */
export function channelChanged(otherwise: PauseReason | null): EventHandler {
  return async (deps, event) => {
    const channel = channelSchema.safeParse(event).data?.channel;
    if (channel !== undefined) await followChannel(deps, channel, otherwise);
  };
}

/** Members come and go; only the bot's own coming and going matters. */
export function membershipChanged(otherwise: PauseReason | null): EventHandler {
  return async (deps, event) => {
    const member = memberSchema.safeParse(event).data;
    if (member?.user === deps.self.userId) await followChannel(deps, member.channel, otherwise);
  };
}

async function followChannel(deps: ListenerDeps, channel: string, otherwise: PauseReason | null): Promise<void> {
  const services = servicesIn(deps.config, channel);
  if (services.length === 0) return;
  const because = await reasonToPause(deps, channel, otherwise);
  if (because === "unknown") return;
  for (const service of services) {
    const view = await deps.useCases.currentRelease(service);
    if (because === null) await deps.painter.channelBack(service);
    if (view === null || view.release.ended !== null) continue;
    const { id, paused } = view.release;
    if (because !== null && paused !== because) await deps.pauseForChannel(id, because);
    if (because === null && paused !== null) await deps.useCases.resumeRelease(id);
  }
}

async function reasonToPause(
  deps: ListenerDeps,
  channel: string,
  otherwise: PauseReason | null,
): Promise<PauseReason | null | "unknown"> {
  try {
    const state = await deps.identity.channel(channel);
    return state === "ours" ? null : REASONS[state];
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return otherwise ?? "unknown";
  }
}
