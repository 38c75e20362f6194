import type { Journal } from "#src/journal/journal";
import type { DomainClock } from "#src/release/clock";
import { consequencesOf } from "#src/release/consequences";
import { type Recorded, releaseStream, serviceStream } from "#src/release/events";
import { evolveRelease } from "#src/release/evolve";
import type { Refusal } from "#src/release/refusals";
import type { ServiceState } from "#src/release/state";
import { record } from "#src/release/use-cases/decide-intent";
import { isReleaseRecord, releaseOf, serviceOf } from "#src/release/use-cases/folded";
import { consequencesOfRollback } from "#src/rollback/consequences";
import { decideRollback } from "#src/rollback/decide";
import { type RollbackEvent, rollbackStream } from "#src/rollback/events";
import { evolveRollback, foldRollback } from "#src/rollback/evolve";
import type { RollbackIntent } from "#src/rollback/intents";
import type { RollbackState } from "#src/rollback/state";

/** What came of an intent. JSON, since a redelivery is answered with the stored one. */
export type RollbackDecided =
  | { readonly ok: true; readonly rollback: string; readonly events: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Decides one intent about a rollback and commits what follows. `key`: the intake key; null means no deduplication. */
export type DecideRollback = (
  service: string,
  rollback: string,
  key: string | null,
  intent: RollbackIntent,
) => Promise<RollbackDecided>;

const isRollbackRecord = (recorded: Recorded): recorded is Recorded<RollbackEvent> =>
  recorded.stream.startsWith("rollback/");

/** A rollback as its stream says it is; null for an empty one. */
export const rollbackOf = (stream: readonly Recorded[]): RollbackState | null =>
  foldRollback(stream.filter(isRollbackRecord));

/**
 * The one way from an intent about a rollback to the journal: under the service's lock, over the streams of the service, of its open
 * release, of the rollback, and of one that a canary's trigger meets. Throws `JournalError` when the database can't be reached: then nothing
 * was decided.
 */
export function createDecideRollback(deps: { readonly journal: Journal; readonly clock: DomainClock }): DecideRollback {
  const { journal, clock } = deps;

  async function attempt(
    service: string,
    id: string,
    key: string | null,
    intent: RollbackIntent,
    seen: ServiceState,
  ): Promise<RollbackDecided> {
    const open = seen.openRelease;
    const metBy = ({ rollback }: ServiceState) => (intent.type === "trigger" && rollback !== id ? rollback : null);
    const met = metBy(seen);
    const streams = [
      serviceStream(service),
      rollbackStream(id),
      ...(open === null ? [] : [releaseStream(open)]),
      ...(met === null ? [] : [rollbackStream(met)]),
    ];
    const { outcome } = await journal.transact<RollbackDecided>(service, key, streams, (loaded) => {
      const now = clock.now();
      const state = serviceOf(service, loaded.get(serviceStream(service)) ?? []);
      if (state.openRelease !== open || metBy(state) !== met) throw new OpenElsewhere();
      const before = open === null ? null : releaseOf(loaded.get(releaseStream(open)) ?? []);
      const rollback = rollbackOf(loaded.get(rollbackStream(id)) ?? []);
      const other = met === null ? null : rollbackOf(loaded.get(rollbackStream(met)) ?? []);
      const decision = decideRollback(state, before, rollback, intent, other);
      if (!decision.ok) {
        return { outcome: { ok: false, refusal: decision.refusal }, events: [], jobs: [], repaint: [], posts: [] };
      }
      const recorded = record(decision.events, loaded, now);
      const release = recorded.filter(isReleaseRecord).reduce(evolveRelease, before);
      const ofRelease = consequencesOf(before, release, recorded.filter(isReleaseRecord));
      const ofRollback = (about: string, from: RollbackState | null) => {
        const facts = recorded.filter(isRollbackRecord).filter(({ stream }) => stream === rollbackStream(about));
        const after = facts.reduce(evolveRollback, from);
        return after === null ? [] : [consequencesOfRollback(after, facts)];
      };
      const all = [...ofRollback(id, rollback), ...(met === null ? [] : ofRollback(met, other)), ofRelease];
      return {
        outcome: { ok: true, rollback: id, events: decision.events.map(({ event }) => event.type) },
        events: decision.events.map(({ stream, by, event }) => ({ stream, by, event, at: now })),
        jobs: all.flatMap(({ jobs }) => jobs),
        repaint: all.flatMap(({ repaint }) => repaint),
        posts: all.flatMap(({ posts }) => posts),
      };
    });
    return outcome;
  }

  return async (service, id, key, intent) => {
    for (let left = ATTEMPTS; ; left--) {
      const seen = serviceOf(service, await journal.load(serviceStream(service)));
      try {
        return await attempt(service, id, key, intent, seen);
      } catch (error) {
        if (!(error instanceof OpenElsewhere) || left <= 1) throw error;
      }
    }
  };
}

/** The open release, or the rollback that a trigger meets, became another one between the look and the lock. */
class OpenElsewhere extends Error {}
const ATTEMPTS = 5;
