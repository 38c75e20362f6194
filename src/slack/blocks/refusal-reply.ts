import { refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";
import { sentencesReply } from "#src/slack/blocks/command-replies";
import { context, type Message } from "#src/slack/blocks/elements";
import { channelLink } from "#src/slack/escape";

/** What, why, who can, what next: the answer to an expected "no". */
export function refusalReply(refusal: Refusal): Message {
  const reply = sentencesReply(refusalText(refusal));
  const where = refusalChannel(refusal);
  return where === null
    ? reply
    : { ...reply, blocks: [...reply.blocks, context(`The channel: ${channelLink(where)}`)] };
}

function refusalChannel(refusal: Refusal): string | null {
  return refusal.kind === "wrong-channel" || refusal.kind === "shared-channel" ? refusal.channel : null;
}
