import { z } from "zod";
import type { GoliveConfig } from "#src/config/service-config";
import type { Note } from "#src/release/notes";
import { storySoFar } from "#src/release/story-so-far";
import type { ReleaseUseCases } from "#src/release/use-cases";
import type { Message } from "#src/slack/blocks/elements";
import { lostChannelMessage } from "#src/slack/blocks/lost-channel-message";
import { noteMessage } from "#src/slack/blocks/note-message";
import { releaseMessage } from "#src/slack/blocks/release-message";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Painting } from "#src/slack/paint";

/** The painter's `render`: a release's message as of now. `now`: domain clock. */
export function createReleaseRenderer(
  useCases: Pick<ReleaseUseCases, "release">,
  now: () => number,
): (subject: string) => Promise<Painting | null> {
  return async (subject) => {
    const view = await useCases.release(subject);
    return view === null ? null : { ...releaseMessage(view, now()), channel: view.release.channel };
  };
}

/** Our own rows, written in the transaction of the decision: only that it is a note at all is checked. */
const noteSchema = z.custom<Note>((value) => z.looseObject({ kind: z.string() }).safeParse(value).success);

/** A wish for the story so far, as `message-rows` leaves it: worded from the release's state when it is sent. */
const storySchema = z.object({ kind: z.literal("posted-again"), release: z.string() });

/** The outbox's `render`: the words of a stored note. */
export function createNoteRenderer(
  config: GoliveConfig,
  useCases: Pick<ReleaseUseCases, "release">,
): (stored: StoredNote) => Promise<Message> {
  return async ({ note, service, to }) => {
    const story = storySchema.safeParse(note).data;
    if (story !== undefined) {
      const view = await useCases.release(story.release);
      if (view === null) throw new Error(`there is no release ${story.release} whose story could be told`);
      return noteMessage(storySoFar(view), service);
    }
    const known = noteSchema.parse(note);
    if (to === "person" && known.kind === "paused") {
      return lostChannelMessage(known, config.services[service]?.channel ?? "unknown");
    }
    return noteMessage(known, service);
  };
}
