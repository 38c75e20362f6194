import type { Pair } from "#src/release/events";
import type { ReleaseState, ServiceState } from "#src/release/state";

/**
 * What was live before what is live now, by Golive's own record; `undefined`: it recorded nothing before. While a cutover is under way it
 * is what the cutover comes from, whatever became of its flip; null: nothing was live.
 */
export function previousPair(service: ServiceState, release: ReleaseState | null): Pair | null | undefined {
  if (release?.standing === "cutting_over") return release.active;
  return service.before.at(-1);
}
