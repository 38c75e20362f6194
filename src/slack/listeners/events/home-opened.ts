import { z } from "zod";
import type { EventHandler } from "#src/slack/listeners/events/handler";

/** Slack tells of both tabs of the app under one name. */
const openedSchema = z.object({ user: z.string(), tab: z.literal("home") });

/** Somebody opened Golive's Home: it is drawn for them now. */
export const homeOpened: EventHandler = async (deps, event) => {
  const opened = openedSchema.safeParse(event).data;
  if (opened !== undefined) await deps.home.open(opened.user);
};
