import type { CanaryDecided } from "#src/canary/use-cases/canaries";
import { consequencesOfCanary } from "#src/canary/watch/consequences";
import { decideCanary } from "#src/canary/watch/decide";
import { type CanaryEvent, canaryStream } from "#src/canary/watch/events";
import { evolveCanary, foldCanary } from "#src/canary/watch/evolve";
import type { CanaryIntent } from "#src/canary/watch/intents";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Journal } from "#src/journal/journal";
import type { DomainClock } from "#src/release/clock";
import { type Recorded, serviceStream } from "#src/release/events";
import { record } from "#src/release/use-cases/decide-intent";
import { serviceOf } from "#src/release/use-cases/folded";

/** Decides one intent about a canary and commits what follows. `key`: the intake key; null means no deduplication. */
export type DecideCanary = (
  service: string,
  canary: string,
  key: string | null,
  intent: CanaryIntent,
) => Promise<CanaryDecided>;

const isCanaryRecord = (recorded: Recorded): recorded is Recorded<CanaryEvent> =>
  recorded.stream.startsWith(canaryStream(""));

/** A canary as its stream says it is; null for an empty one. */
export const canaryOf = (stream: readonly Recorded[]): CanaryWatch | null => foldCanary(stream.filter(isCanaryRecord));

/**
 * The one way from an intent about a canary to the journal: under the service's lock, over the streams of the service and of the canary.
 * Throws `JournalError` when the database can't be reached: then nothing was decided.
 */
export function createDecideCanary(deps: { readonly journal: Journal; readonly clock: DomainClock }): DecideCanary {
  return async (service, id, key, intent) => {
    const streams = [serviceStream(service), canaryStream(id)];
    const { outcome } = await deps.journal.transact<CanaryDecided>(service, key, streams, (loaded) => {
      const now = deps.clock.now();
      const state = serviceOf(service, loaded.get(serviceStream(service)) ?? []);
      const canary = canaryOf(loaded.get(canaryStream(id)) ?? []);
      const decision = decideCanary(state, canary, intent, now);
      if (!decision.ok) {
        return { outcome: { ok: false, refusal: decision.refusal }, events: [], jobs: [], repaint: [], posts: [] };
      }
      const facts = record(decision.events, loaded, now).filter(isCanaryRecord);
      const after = facts.reduce(evolveCanary, canary);
      return {
        outcome: { ok: true, canary: id, events: decision.events.map(({ event }) => event.type) },
        events: decision.events.map(({ stream, by, event }) => ({ stream, by, event, at: now })),
        jobs: [],
        ...(after === null ? { repaint: [], posts: [] } : consequencesOfCanary(after, facts)),
      };
    });
    return outcome;
  };
}
