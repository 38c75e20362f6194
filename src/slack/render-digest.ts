import { z } from "zod";
import type { DigestNote } from "#src/operations/digest/digest";
import { digestMessage } from "#src/slack/blocks/digest-message";
import type { Message } from "#src/slack/blocks/elements";
import type { FindLinks } from "#src/slack/message-links";
import type { StoredNote } from "#src/slack/outbox-rows";

/** Our own rows: only the kind is checked. */
const digestSchema = z.custom<DigestNote>(
  (value) => z.looseObject({ kind: z.literal("digest") }).safeParse(value).success,
);

/** The words of a stored digest, with links to the messages it speaks of as they stand now; null for any other note. */
export async function digestNoteMessage(links: FindLinks, { note }: StoredNote): Promise<Message | null> {
  const own = digestSchema.safeParse(note);
  if (!own.success) return null;
  const { waiting, ran, changed } = own.data;
  const subjects = [...waiting.map(({ subject }) => subject), ...ran.map(({ operation }) => operation)];
  return digestMessage(own.data, await links([...subjects, ...changed.map(({ subject }) => subject)]));
}
