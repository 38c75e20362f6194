import type { Recorded, ReleaseEvent, ServiceEvent } from "#src/release/events";
import { foldRelease, foldService } from "#src/release/evolve";
import type { ReleaseState, ServiceState } from "#src/release/state";

/**
 * What a stream came to with each fact that was last when somebody asked. A journalled fact never changes, and neither does
 * what stands before it, so folding goes on from the newest one that is known: a press on a release of two hundred facts
 * folds those that are new to this process, usually none.
 */
const releases = new WeakMap<Recorded, ReleaseState>();
const services = new WeakMap<Recorded, ServiceState>();

/** A release as its stream, read from the journal, says it is. Null for an empty stream. */
export function releaseOf(stream: readonly Recorded[]): ReleaseState | null {
  const { state, newer } = reach(stream.filter(isReleaseRecord), releases);
  const folded = foldRelease(newer, state);
  const last = stream.at(-1);
  if (last !== undefined && folded !== null) releases.set(last, folded);
  return folded;
}

/** A service as its stream, read from the journal, says it is; an empty stream is a service that nothing happened to yet. */
export function serviceOf(id: string, stream: readonly Recorded[]): ServiceState {
  const { state, newer } = reach(serviceEvents(stream), services);
  const folded = foldService(id, newer, state ?? undefined);
  const last = stream.at(-1);
  if (last !== undefined) services.set(last, folded);
  return folded;
}

/** The newest fact of which the state is known, and those after it. */
export function reach<R extends Recorded, S>(
  stream: readonly R[],
  known: WeakMap<Recorded, S>,
): { readonly state: S | null; readonly newer: readonly R[] } {
  for (let count = stream.length; count > 0; count--) {
    const last = stream[count - 1];
    const state = last === undefined ? undefined : known.get(last);
    if (state !== undefined) return { state, newer: stream.slice(count) };
  }
  return { state: null, newer: stream };
}

export const isReleaseRecord = (recorded: Recorded): recorded is Recorded<ReleaseEvent> =>
  recorded.stream.startsWith("release/");
const isServiceRecord = (recorded: Recorded): recorded is Recorded<ServiceEvent> =>
  recorded.stream.startsWith("service/");

/** A service's events under their own type; the stream's name says that they are. */
export const serviceEvents = (events: readonly Recorded[]): readonly Recorded<ServiceEvent>[] =>
  events.filter(isServiceRecord);
