import { z } from "zod";
import type { PointerMovedNote, RollbackNote } from "#src/rollback/notes";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";
import type { RollbackView } from "#src/rollback/view";
import type { Message } from "#src/slack/blocks/elements";
import { rollbackMessage } from "#src/slack/blocks/rollback-message";
import {
  ROLLBACK_NOTE_KINDS,
  rollbackNoteMessage,
  rollbackStoryMessage,
  rollbackUnseenMessage,
} from "#src/slack/blocks/rollback-notes";
import { isRollbackId } from "#src/slack/ids";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Render } from "#src/slack/paint";

type Rollbacks = Pick<RollbackUseCases, "rollback">;

/** The painter's `render` for every subject there is: rollbacks by their id, anything else by `release`. `now`: domain clock. */
export function createSubjectRenderer(rollbacks: Rollbacks, release: Render, now: () => number): Render {
  return async (subject, isFirst) => {
    if (!isRollbackId(subject)) return release(subject, isFirst);
    const view = await rollbacks.rollback(subject);
    return view === null ? null : { ...rollbackMessage(view, now()), channel: view.rollback.channel };
  };
}

/** Our own rows: only the kind is checked. */
const ownSchema = z.custom<RollbackNote | PointerMovedNote>((value) => {
  return z.looseObject({ kind: z.enum(ROLLBACK_NOTE_KINDS) }).safeParse(value).success;
});
/** A wish for the story so far, as `message-rows` leaves it. */
const storySchema = z.object({ kind: z.literal("posted-again"), release: z.string().refine(isRollbackId) });
const unseenSchema = z.object({
  kind: z.literal("rollback-unseen"),
  rollback: z.string(),
  because: z.enum(["channel-archived", "bot-removed"]),
});

/** The words of a stored note about a rollback; null for any other note. */
export async function rollbackNote(rollbacks: Rollbacks, { note, service }: StoredNote): Promise<Message | null> {
  const own = ownSchema.safeParse(note);
  if (own.success) return rollbackNoteMessage(own.data, service);
  const story = storySchema.safeParse(note).data;
  if (story !== undefined) return rollbackStoryMessage(await viewOf(rollbacks, story.release));
  const unseen = unseenSchema.safeParse(note).data;
  if (unseen === undefined) return null;
  return rollbackUnseenMessage(await viewOf(rollbacks, unseen.rollback), unseen.because);
}

async function viewOf(rollbacks: Rollbacks, id: string): Promise<RollbackView> {
  const view = await rollbacks.rollback(id);
  if (view === null) throw new Error(`there is no rollback ${id} whose story could be told`);
  return view;
}
