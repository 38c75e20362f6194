import { z } from "zod";
import { servicesIn } from "#src/slack/listeners/deps";
import type { EventHandler } from "#src/slack/listeners/events/handler";

const deletedSchema = z.object({
  subtype: z.literal("message_deleted"),
  channel: z.string(),
  deleted_ts: z.string(),
});

/** A release message that somebody deleted is posted again. All other messages of the channel pass by unread. */
export const message: EventHandler = async (deps, event) => {
  const deleted = deletedSchema.safeParse(event).data;
  if (deleted === undefined || servicesIn(deps.config, deleted.channel).length === 0) return;
  await deps.painter.messageDeleted(deleted.channel, deleted.deleted_ts);
};
