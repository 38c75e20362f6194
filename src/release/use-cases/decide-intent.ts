import type { Journal } from "#src/journal/journal";
import type { DomainClock } from "#src/release/clock";
import { announcementsOf, consequencesOf } from "#src/release/consequences";
import { decide } from "#src/release/decide";
import type { Recorded } from "#src/release/events";
import { releaseStream, serviceStream } from "#src/release/events";
import { evolveRelease } from "#src/release/evolve";
import type { Intent } from "#src/release/intents";
import type { Outcome } from "#src/release/use-cases";
import { isReleaseRecord, releaseOf, serviceOf } from "#src/release/use-cases/folded";

/** Decides one intent and commits what follows from it. `key` is the intake key; null means no deduplication. */
export type DecideIntent = (
  service: string,
  release: string | null,
  key: string | null,
  intent: Intent,
) => Promise<Outcome>;

/**
 * The one way from an intent to the journal: lock, fold, decide, append, jobs, repaint and notes in one transaction.
 * Throws `JournalError` when the database can't be reached: then nothing was decided.
 */
export function createDecideIntent(deps: { journal: Journal; clock: DomainClock }): DecideIntent {
  return async (service, given, key, intent) => {
    // A start brings its own, new release.
    const release = intent.type === "start" ? intent.release : given;
    const streams = [serviceStream(service), ...(release === null ? [] : [releaseStream(release)])];
    const { outcome } = await deps.journal.transact<Outcome>(service, key, streams, (loaded) => {
      const now = deps.clock.now();
      const before = release === null ? null : releaseOf(loaded.get(releaseStream(release)) ?? []);
      const state = serviceOf(service, loaded.get(serviceStream(service)) ?? []);
      const decision = decide(state, before, intent, now);
      const recorded = record(decision.events, loaded, now);
      const after = recorded.filter(isReleaseRecord).reduce(evolveRelease, before);
      const consequences =
        after === null ? { jobs: [], repaint: [], posts: [] } : consequencesOf(before, after, recorded);
      return {
        outcome: decision.ok
          ? { ok: true, release: after?.id ?? release, events: decision.events.map(({ event }) => event.type) }
          : { ok: false, refusal: decision.refusal },
        events: decision.events.map(({ stream, by, event }) => ({ stream, by, event, at: now })),
        ...consequences,
        posts: [...consequences.posts, ...announcementsOf(recorded)],
      };
    });
    return outcome;
  };
}

/** The decision's facts as the journal will store them: with the versions that follow what was loaded. */
export function record(
  events: readonly Pick<Recorded, "stream" | "by" | "event">[],
  loaded: ReadonlyMap<string, readonly Recorded[]>,
  now: number,
): readonly Recorded[] {
  const next = new Map<string, number>();
  return events.map(({ stream, by, event }) => {
    const version = next.get(stream) ?? (loaded.get(stream)?.at(-1)?.version ?? 0) + 1;
    next.set(stream, version + 1);
    return { stream, version, at: now, by, event };
  });
}
