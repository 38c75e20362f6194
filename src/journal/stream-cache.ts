import { readBody } from "#src/journal/body";
import { JournalError } from "#src/journal/journal-error";
import type { Recorded } from "#src/release/events";

export type StoredEvent = { readonly stream: string; readonly version: number; readonly body: string };

/** Streams as far as this process has read them. Holds committed events only: it is filled by reads, never by appends. */
export type StreamCache = {
  /** The version up to which `stream` is known; 0 when it isn't. */
  known(stream: string): number;
  /** Takes what was read beyond `known` and returns the whole stream. */
  extend(stream: string, newer: readonly StoredEvent[]): readonly Recorded[];
  /** Forgets `streams`: the database disagreed (it was restored under us). */
  forget(streams: readonly string[]): void;
};

const NONE: readonly Recorded[] = [];

/** `limit`: how many streams to keep; the one that wasn't asked for longest goes first. */
export function createStreamCache(limit = 500): StreamCache {
  const streams = new Map<string, readonly Recorded[]>();
  return {
    known: (stream) => streams.get(stream)?.length ?? 0,
    extend(stream, newer) {
      const have = streams.get(stream) ?? NONE;
      // Another reader may have been faster since we asked: skip what is known by now.
      const fresh = newer.filter((each) => each.version > have.length);
      const all = fresh.length === 0 ? have : [...have, ...fresh.map((each) => readBody(each.body))];
      const gap = all.findIndex((event, index) => event.version !== index + 1);
      if (gap !== -1) {
        throw new JournalError(
          "unreadable",
          false,
          `Stream ${stream} has no version ${gap + 1}: an event was removed. Run \`golive audit verify\`.`,
        );
      }
      streams.delete(stream);
      if (all.length > 0) streams.set(stream, all);
      const oldest = streams.keys().next();
      if (streams.size > limit && !oldest.done) streams.delete(oldest.value);
      return all;
    },
    forget(names) {
      for (const name of names) streams.delete(name);
    },
  };
}
