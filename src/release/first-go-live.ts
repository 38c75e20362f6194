import type { Checklist, SignOffDefinition } from "#src/release/checklist";
import { ALWAYS_REQUIRED } from "#src/release/evidence";
import type { Policy } from "#src/release/policy";

export const FIRST_GO_LIVE = "first-go-live";
export const PREVIOUS_RUN_INTACT = "previous-run-intact";

/**
 * The checklist as a release freezes it. A first go-live (nothing is live yet) has no previous run to be intact, and rolling
 * it back leaves no answer at all: one more sign-off says that somebody knows.
 */
export function frozenChecklist(checklist: Checklist, policy: Policy, first: boolean): Checklist {
  if (!first) return checklist;
  const covering = checklist.signOffs.map((signOff) => ({
    ...signOff,
    covers: signOff.covers.filter((check) => check !== PREVIOUS_RUN_INTACT),
  }));
  const extra: SignOffDefinition = {
    id: FIRST_GO_LIVE,
    title: "First go-live: rolling back means no pointer",
    role: policy.firstGoLiveRole,
    quorum: 1,
    covers: [],
  };
  return {
    ...checklist,
    checks: checklist.checks.filter(({ id }) => id !== PREVIOUS_RUN_INTACT),
    signOffs: [...covering.filter(({ id }) => id !== FIRST_GO_LIVE), extra],
  };
}

/** Checks without which no release of this kind may be decided (rule 5). */
export function missingChecks(frozen: Checklist, first: boolean): readonly string[] {
  return ALWAYS_REQUIRED.filter(
    (check) => !(first && check === PREVIOUS_RUN_INTACT) && !frozen.checks.some(({ id }) => id === check),
  );
}
