import type { Pair, Recorded, ServiceEvent } from "#src/release/events";
import { samePair } from "#src/release/pair";
import type { ServiceState } from "#src/release/state";
import { unreachable } from "#src/release/unreachable";

/** A service that nothing happened to yet. */
export function newService(id: string): ServiceState {
  return {
    id,
    openRelease: null,
    releases: 0,
    live: null,
    before: [],
    liveRelease: null,
    rollback: null,
    rollbacks: 0,
    canary: null,
    canaries: 0,
    lock: null,
    rolledBack: [],
    adopted: {},
    version: 0,
  };
}

/** The service after one more fact. */
export function evolveService(state: ServiceState, recorded: Recorded<ServiceEvent>): ServiceState {
  return { ...state, ...changesOf(state, recorded), version: recorded.version };
}

function changesOf(state: ServiceState, recorded: Recorded<ServiceEvent>): Partial<ServiceState> {
  const { event, by, at } = recorded;
  switch (event.type) {
    case "release-opened":
      return { openRelease: event.release, releases: event.number };
    case "release-closed":
      return {
        ...(state.openRelease === event.release ? { openRelease: null } : {}),
        ...(event.as === "live" ? { liveRelease: { release: event.release, manifest: event.manifest } } : {}),
      };
    case "run-adopted":
      return {
        adopted: { ...state.adopted, [event.run]: { chunks: event.chunks, digest: event.digest, by, at } },
      };
    case "pointer-flipped":
      return { live: event.to, before: [...state.before, event.from] };
    case "pointer-rolled-back":
      return { live: event.to, before: beforeOf(state.before, event.to), liveRelease: null };
    case "pointer-moved":
      return { live: event.to, before: [...state.before, event.from], liveRelease: null };
    case "rollback-opened":
      return { rollback: event.rollback, rollbacks: event.number };
    case "rollback-closed":
      return state.rollback === event.rollback ? { rollback: null } : {};
    case "canary-opened":
      return { canary: event.canary, canaries: event.number };
    case "canary-closed":
      return state.canary === event.canary ? { canary: null } : {};
    case "service-locked":
      return {
        lock: { reason: event.reason, by, at, manifest: event.manifest },
        rolledBack:
          event.manifest === null || state.rolledBack.includes(event.manifest)
            ? state.rolledBack
            : [...state.rolledBack, event.manifest],
      };
    case "service-unlocked":
      return { lock: null, rolledBack: [] };
    default:
      return unreachable(event);
  }
}

/** What was live before `pair`: up to where it stands, newest first looked for; one that never stood there keeps everything. */
function beforeOf(before: ServiceState["before"], pair: Pair | null): ServiceState["before"] {
  const at = before.findLastIndex((each) => samePair(each, pair));
  return at < 0 ? before : before.slice(0, at);
}
