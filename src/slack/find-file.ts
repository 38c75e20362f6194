import { z } from "zod";
import { findInHistory, type HistoryPlace } from "#src/slack/read-history";
import type { SlackCall } from "#src/slack/web-client";

export type FileSearch = HistoryPlace & {
  readonly threadTs: string;
  readonly name: string;
  /** The user who shared it: somebody else's file of that name is not ours. */
  readonly by: string;
};

/** A deleted file leaves an entry without a name. */
const pageSchema = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      user: z.string().optional(),
      files: z.array(z.object({ name: z.string().nullish() })).optional(),
    }),
  ),
});

/** Looks through a thread for the message in which a file of this name was shared. A share carries no metadata. */
export function findFile(call: SlackCall, search: FileSearch): Promise<string | null> {
  return findInHistory(call, search, pageSchema, ({ user, files }) => {
    return user === search.by && (files ?? []).some(({ name }) => name === search.name);
  });
}
