import type { ReleaseState } from "#src/release/state";

/** A flip was intended and nobody knows its outcome yet: nothing that could change the decision is taken in meanwhile. */
export function inDoubt(release: ReleaseState): boolean {
  return release.flip !== null && release.flip.outcome === null;
}
