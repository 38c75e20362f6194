import { MOST_MISSING } from "#src/evaluation/oracle/quality-floors";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Person, RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import { refuseRight } from "#src/release/rights";
import { isReason, REASON_MIN } from "#src/release/wording";

/** Why a run doesn't become the baseline: the rules about people say no, or the run itself is no measure for others. */
export type BaselineRefusal =
  | { readonly kind: "rules"; readonly refusal: Refusal }
  | { readonly kind: "run"; readonly sentence: string };

/**
 * Whether this person may make this run the baseline. It takes the right `canary`: who decides about a candidate in production decides
 * what it is held against. Null: they may.
 */
export function refuseBaseline(
  run: RunRecord,
  given: { readonly policy: Policy; readonly actor: Person; readonly members: RoleMembers; readonly reason: string },
): BaselineRefusal | null {
  const refusal = refuseRight(given.policy, "canary", given.actor, given.members, "set the baseline");
  if (refusal !== null) return { kind: "rules", refusal };
  if (!isReason(given.reason)) {
    const what = `A baseline needs a reason of at least ${REASON_MIN} characters`;
    return { kind: "rules", refusal: { kind: "reason-needed", what } };
  }
  const sentence = whyNoMeasure(run);
  return sentence === null ? null : { kind: "run", sentence };
}

/** What makes every comparison with a run inconclusive; null when nothing does. */
export function whyNoMeasure({ id, state, reason, counts }: RunRecord): string | null {
  const stays = "so it can't be what others are compared with. The baseline stays as it is";
  if (state === "running") return `${id} has not ended, ${stays}. Go on with it: golive eval run.`;
  if (state !== "finished") {
    return `${id} is ${state}${reason === null ? "" : ` (${reason})`}, ${stays}. Name a finished one: golive eval list.`;
  }
  const missing = counts.ungraded + counts.failed;
  if (counts.planned === 0 || missing > MOST_MISSING * counts.planned) {
    return `${missing} of ${counts.planned} trials of ${id} have no score (more than ${MOST_MISSING * 100} %), ${stays}. Run it again.`;
  }
  return null;
}
