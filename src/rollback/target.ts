import type { Pair } from "#src/release/events";
import type { ReleaseState, ServiceState } from "#src/release/state";
import type { RollbackTarget } from "#src/rollback/events";

/**
 * What was live before what is live now, by Golive's own record; `undefined`: it recorded nothing before. While a cutover is under way it
 * is what the cutover comes from, whatever became of its flip; null: nothing was live.
 */
export function previousPair(service: ServiceState, release: ReleaseState | null): Pair | null | undefined {
  if (release?.standing === "cutting_over") return release.active;
  return service.before.at(-1);
}

/** What the state before what is live is called, wherever somebody names a target. */
export const PREVIOUS = "previous";

/** The target that a typed word or a button names: `previous`, else a backup's id. */
export const targetNamed = (name: string): RollbackTarget =>
  name === PREVIOUS ? { kind: "previous" } : { kind: "backup", backup: name };
