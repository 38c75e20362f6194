import { checkObservation } from "#src/canary/check-observation";
import type { Observation } from "#src/canary/observation";

/** Null: only what was checked is stored, but the check has become stricter, or somebody with the owner's rights wrote here. */
export function storedObservation(body: string): Observation | null {
  try {
    const checked = checkObservation(JSON.parse(body));
    return checked.ok ? checked.observation : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
