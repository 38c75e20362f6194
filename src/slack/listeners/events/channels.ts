import { z } from "zod";
import type { PauseReason } from "#src/release/events";
import { followChannel } from "#src/slack/follow-channel";
import type { EventHandler } from "#src/slack/listeners/events/handler";

const channelSchema = z.object({ channel: z.string() });
const memberSchema = z.object({ channel: z.string(), user: z.string() });

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
