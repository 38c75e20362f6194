import { z } from "zod";
import { findInHistory, type HistoryPlace } from "#src/slack/read-history";
import type { SlackCall } from "#src/slack/web-client";

export type MetadataSearch = HistoryPlace & {
  readonly eventType: string;
  /** Field of `event_payload` and the value it has to have. */
  readonly field: string;
  readonly value: string;
};

const pageSchema = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
    }),
  ),
});

/** Looks through a channel's or thread's history for the message of ours that carries this metadata. */
export function findByMetadata(call: SlackCall, search: MetadataSearch): Promise<string | null> {
  return findInHistory(call, search, pageSchema, ({ metadata }) => {
    return metadata?.event_type === search.eventType && metadata.event_payload[search.field] === search.value;
  });
}
