import type { Recorded, ServiceEvent } from "#src/release/events";
import type { ServiceState } from "#src/release/state";
import { unreachable } from "#src/release/unreachable";

/** A service that nothing happened to yet. */
export function newService(id: string): ServiceState {
  return { id, openRelease: null, releases: 0, live: null, lock: null, rolledBack: [], adopted: {}, version: 0 };
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
      return state.openRelease === event.release ? { openRelease: null } : {};
    case "run-adopted":
      return {
        adopted: { ...state.adopted, [event.run]: { chunks: event.chunks, digest: event.digest, by, at } },
      };
    case "pointer-flipped":
      return { live: event.to };
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
