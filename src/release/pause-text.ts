import type { PauseReason } from "#src/release/events";

/** Why a release is held, as the end of a sentence. */
export const PAUSE_TEXT: Readonly<Record<PauseReason, string>> = {
  "channel-archived": "its release channel is archived",
  "bot-removed": "Golive was removed from its release channel",
  "channel-shared-externally": "its release channel is shared with another organisation",
};
