import { type Message, paragraphs } from "#src/slack/blocks/elements";
import { type Paused, pausedLines } from "#src/slack/blocks/note-message";
import { line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/**
 * For the requester and the on-call people, when the release channel itself can't say it: what happened, what it means for
 * the release, what to do. `channel`: its name or id, as text.
 */
export function lostChannelMessage(note: Paused, channel: string): Message {
  const lines = [...pausedLines(note), `Channel: ${line(channel)}. ${WAY_BACK[note.because]}`];
  return { text: shorten(lines.join(" "), BUDGET.message.text), blocks: paragraphs(lines.join("\n")) };
}

const WAY_BACK: Readonly<Record<Paused["because"], string>> = {
  "channel-archived": "Unarchive it and invite Golive, or give the service another channel in golive.yaml.",
  "bot-removed": "Invite Golive into it again; the release message comes back by itself.",
  "channel-shared-externally": "Stop sharing it, or give the service a channel of your own in golive.yaml.",
};
