import { askedAfter } from "#src/release/asked";
import type { Checklist } from "#src/release/checklist";
import type { Recorded, ReleaseEvent, ServiceEvent } from "#src/release/events";
import { changesOf, checksOf } from "#src/release/evolve-changes";
import { evolveService, newService } from "#src/release/evolve-service";
import type { ReleaseState, ServiceState } from "#src/release/state";

type Started = Extract<ReleaseEvent, { type: "release-started" }>;

/**
 * The release after one more fact. A stream begins with `release-started` and has it once; anything else is a broken
 * journal and throws.
 */
export function evolveRelease(state: ReleaseState | null, recorded: Recorded<ReleaseEvent>): ReleaseState {
  const { event } = recorded;
  if (event.type === "release-started") {
    if (state !== null) throw new Error(`${recorded.stream} starts twice: again at version ${recorded.version}`);
    return begin(recorded, event);
  }
  if (state === null) throw new Error(`${recorded.stream} begins with ${event.type} instead of release-started`);
  const next = { ...state, ...changesOf(state, recorded, event), version: recorded.version };
  return { ...next, asked: askedAfter(next, recorded) };
}

/** Folds a release's stream, on from `from` (what the facts before these came to). Null for an empty stream. */
export function foldRelease(
  events: Iterable<Recorded<ReleaseEvent>>,
  from: ReleaseState | null = null,
): ReleaseState | null {
  let state = from;
  for (const recorded of events) state = evolveRelease(state, recorded);
  return state;
}

/** Folds a service's stream, on from `from`; an empty stream is a service that nothing happened to yet. */
export function foldService(
  id: string,
  events: Iterable<Recorded<ServiceEvent>>,
  from: ServiceState = newService(id),
): ServiceState {
  let state = from;
  for (const recorded of events) state = evolveService(state, recorded);
  return state;
}

function begin(recorded: Recorded<ReleaseEvent>, event: Started): ReleaseState {
  const checklist: Checklist = event.checklist;
  return {
    id: event.release,
    number: event.number,
    service: event.service,
    channel: event.channel,
    requester: recorded.by,
    startedAt: recorded.at,
    standing: "open",
    candidate: event.candidate,
    active: event.active,
    checklist,
    policy: event.policy,
    members: event.members,
    manifest: null,
    checks: checksOf(checklist, {}),
    evaluation: null,
    round: [],
    signOffs: [],
    asked: [],
    voided: [],
    vetoes: [],
    waivers: [],
    breakGlass: [],
    paused: null,
    cutover: null,
    flip: null,
    ended: null,
    stopped: [],
    version: recorded.version,
  };
}
