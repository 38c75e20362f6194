import type { ClientBase } from "pg";
import { canonicalText } from "#src/journal/body";
import type { Post } from "#src/journal/journal";
import { queryPrepared } from "#src/journal/prepared";
import { assertStorable } from "#src/journal/storable";
import type { StoredEvent, StreamCache } from "#src/journal/stream-cache";

type OpenedRow =
  | { readonly kind: "outcome"; readonly stream: null; readonly version: null; readonly body: string }
  | ({ readonly kind: "event" } & StoredEvent);

export type Opened = { readonly outcome: string | null; readonly events: readonly StoredEvent[] };

/** Locks the service, then reads: the stored outcome of `key`, or what `streams` got since `cache` knew them. */
export async function openDecision(
  client: ClientBase,
  service: string,
  key: string | null,
  streams: readonly string[],
  cache: StreamCache,
): Promise<Opened> {
  const { rows } = await queryPrepared<OpenedRow>(
    client,
    "SELECT kind, stream, version, body FROM golive.open_decision($1, $2, $3, $4)",
    [service, key, streams, streams.map((stream) => cache.known(stream))],
  );
  const outcome = rows.find((row) => row.kind === "outcome");
  return { outcome: outcome?.body ?? null, events: rows.filter((row) => row.kind === "event") };
}

export type Leftovers = {
  readonly service: string;
  readonly key: string | null;
  readonly outcome: unknown;
  readonly bodies: readonly string[];
  readonly repaint: readonly string[];
  readonly posts: readonly Post[];
};

/** Writes all of it in one statement, the chain's end last. */
export async function commitDecision(client: ClientBase, left: Leftovers): Promise<void> {
  assertStorable(left.outcome, "outcome");
  assertStorable(left.posts, "posts");
  const posts = left.posts.map(({ key, to, note }) => ({ key, target: to, note }));
  await queryPrepared(client, "SELECT golive.commit_decision($1, $2, $3, $4, $5, $6)", [
    left.service,
    left.key,
    canonicalText(left.outcome),
    left.bodies,
    // Sorted: two decisions never lock the same messages in different order.
    [...new Set(left.repaint)].sort(),
    posts.length === 0 ? null : JSON.stringify(posts),
  ]);
}
