import { z } from "zod";
import { SlackError } from "#src/slack/slack-error";
import type { SlackCall } from "#src/slack/web-client";

/** A channel's messages, or with `threadTs` the replies of a thread. */
export type HistoryPlace = {
  readonly channel: string;
  readonly threadTs?: string;
  /** Epoch milliseconds; nothing older is looked at. */
  readonly notBefore: number;
};

const cursorSchema = z.object({ response_metadata: z.object({ next_cursor: z.string().optional() }).optional() });

const PAGE = 100;
const MOST_PAGES = 20;

/**
 * The newest message in this place that `matches`. Null means that all of it was read and there is none; when there is too much
 * to read it throws (ambiguous) instead of guessing.
 */
export async function findInHistory<M extends { readonly ts: string }>(
  call: SlackCall,
  place: HistoryPlace,
  schema: z.ZodType<{ messages: M[] }>,
  matches: (message: M) => boolean,
): Promise<string | null> {
  const method = place.threadTs === undefined ? "conversations.history" : "conversations.replies";
  let newest: string | null = null;
  let cursor = "";
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const answer = await call(method, {
      channel: place.channel,
      limit: PAGE,
      include_all_metadata: true,
      inclusive: true,
      oldest: (place.notBefore / 1000).toFixed(6),
      ...(place.threadTs === undefined ? {} : { ts: place.threadTs }),
      ...(cursor === "" ? {} : { cursor }),
    });
    const page = schema.safeParse(answer);
    if (!page.success) throw new SlackError(method, "unreadable answer", { kind: "ambiguous" }, page.error);
    for (const message of page.data.messages) {
      if (!matches(message)) continue;
      if (newest === null || Number(message.ts) > Number(newest)) newest = message.ts;
    }
    cursor = cursorSchema.safeParse(answer).data?.response_metadata?.next_cursor ?? "";
    if (cursor === "") return newest;
  }
  if (newest !== null) return newest;
  throw new SlackError(method, "too much history to look through", { kind: "ambiguous" }, undefined);
}
