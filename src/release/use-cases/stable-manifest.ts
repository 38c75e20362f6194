import type { Journal } from "#src/journal/journal";
import { type Pair, releaseStream, serviceStream } from "#src/release/events";
import { samePair } from "#src/release/pair";
import { releaseOf, serviceEvents } from "#src/release/use-cases/folded";

/** The manifest of the newest release that made this pair live; null where none did. */
export async function stableManifest(
  journal: Pick<Journal, "load">,
  service: string,
  pair: Pair | null,
): Promise<string | null> {
  const closed = serviceEvents(await journal.load(serviceStream(service))).flatMap(({ event }) =>
    event.type === "release-closed" && event.as === "live" ? [event] : [],
  );
  for (const { release, manifest } of closed.toReversed()) {
    const state = releaseOf(await journal.load(releaseStream(release)));
    if (state !== null && samePair(state.candidate, pair)) return manifest;
  }
  return null;
}
