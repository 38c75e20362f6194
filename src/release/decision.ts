import { type ReleaseEvent, releaseStream, type ServiceEvent, serviceStream } from "#src/release/events";
import { evolveRelease } from "#src/release/evolve";
import { GOLIVE, type Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import type { ReleaseState } from "#src/release/state";

/** A fact that a decision causes, with its stream and its author. The journal adds `at`: the decision's `now`. */
export type Authored =
  | { readonly to: "release"; readonly stream: string; readonly by: Person; readonly event: ReleaseEvent }
  | { readonly to: "service"; readonly stream: string; readonly by: Person; readonly event: ServiceEvent };

/**
 * What came of an intent: facts to append in this order, all or none. An accepted intent without facts is a repetition.
 * A refusal may come with facts too: what was found out while refusing (somebody left a role, so a sign-off is void) is
 * journalled with it.
 */
export type Decision =
  | { readonly ok: true; readonly events: readonly Authored[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly events: readonly Authored[] };

export const NOTHING: Decision = { ok: true, events: [] };

export function accept(...events: readonly Authored[]): Decision {
  return { ok: true, events };
}

export function refuse(refusal: Refusal, events: readonly Authored[] = []): Decision {
  return { ok: false, refusal, events };
}

/** A fact of a release; Golive is the author unless a person caused it. */
export function onRelease(release: { readonly id: string }, event: ReleaseEvent, by: Person = GOLIVE): Authored {
  return { to: "release", stream: releaseStream(release.id), by, event };
}

/** A fact of a service; Golive is the author unless a person caused it. */
export function onService(service: { readonly id: string }, event: ServiceEvent, by: Person = GOLIVE): Authored {
  return { to: "service", stream: serviceStream(service.id), by, event };
}

/** The release as it will stand once these facts are appended. */
export function after(release: ReleaseState, events: readonly Authored[], now: Instant): ReleaseState {
  let state = release;
  for (const entry of events) {
    if (entry.to === "release") {
      const { stream, by, event } = entry;
      state = evolveRelease(state, { stream, by, event, at: now, version: state.version + 1 });
    }
  }
  return state;
}
