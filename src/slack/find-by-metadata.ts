import { z } from "zod";
import { SlackError } from "#src/slack/slack-error";
import type { SlackCall } from "#src/slack/web-client";

export type MetadataSearch = {
  readonly channel: string;
  /** Set: among the replies of this thread. */
  readonly threadTs?: string;
  readonly eventType: string;
  /** Field of `event_payload` and the value it has to have. */
  readonly field: string;
  readonly value: string;
  /** Epoch milliseconds; nothing older is looked at. */
  readonly notBefore: number;
};

const pageSchema = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
    }),
  ),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const PAGE = 100;
const MOST_PAGES = 20;

/**
 * Looks through a channel's or thread's history for the message of ours that carries this metadata. Null means that
 * all of it was read and there is none; when there is too much to read it throws (ambiguous) instead of guessing.
 */
export async function findByMetadata(call: SlackCall, search: MetadataSearch): Promise<string | null> {
  const method = search.threadTs === undefined ? "conversations.history" : "conversations.replies";
  let newest: string | null = null;
  let cursor = "";
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const answer = await call(method, {
      channel: search.channel,
      limit: PAGE,
      include_all_metadata: true,
      inclusive: true,
      oldest: (search.notBefore / 1000).toFixed(6),
      ...(search.threadTs === undefined ? {} : { ts: search.threadTs }),
      ...(cursor === "" ? {} : { cursor }),
    });
    const page = pageSchema.safeParse(answer);
    if (!page.success) throw new SlackError(method, "unreadable answer", { kind: "ambiguous" }, page.error);
    for (const message of page.data.messages) {
      if (message.metadata?.event_type !== search.eventType) continue;
      if (message.metadata.event_payload[search.field] !== search.value) continue;
      if (newest === null || Number(message.ts) > Number(newest)) newest = message.ts;
    }
    cursor = page.data.response_metadata?.next_cursor ?? "";
    if (cursor === "") return newest;
  }
  if (newest !== null) return newest;
  throw new SlackError(method, "too much history to look through", { kind: "ambiguous" }, undefined);
}
