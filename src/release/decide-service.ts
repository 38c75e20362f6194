import { comparable } from "#src/release/comparable-digests";
import { accept, type Decision, NOTHING, onService, refuse } from "#src/release/decision";
import type { Intent } from "#src/release/intents";
import { samePair } from "#src/release/pair";
import { refuseRight } from "#src/release/rights";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { isReason, REASON_MIN } from "#src/release/wording";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;

/**
 * Records count and digest of a run that nothing can vouch for otherwise. Later contents are no record: a run is adopted again
 * only where the digests can't be compared (a newer Postgres, a newer algorithm).
 */
export function decideAdoptRun(service: ServiceState, intent: Of<"adopt-run">): Decision {
  const { actor, members, policy, run, chunks, digest } = intent;
  const refusal = refuseRight(policy, "start", actor, members, "adopt a run");
  if (refusal !== null) return refuse(refusal);
  const before = Object.hasOwn(service.adopted, run) ? service.adopted[run] : undefined;
  if (before?.digest === digest) return NOTHING;
  if (before !== undefined && comparable(before.digest, digest)) return refuse({ kind: "run-known", run });
  return accept(onService(service, { type: "run-adopted", run, chunks, digest }, actor));
}

/**
 * Somebody moved the pointer past Golive: recorded and announced once. Not where Golive never flipped (it knows of nothing to compare
 * with), and not while a cutover or a rollback of its own may be moving it.
 */
export function decideNotePointer(
  service: ServiceState,
  release: ReleaseState | null,
  { live, channel }: Of<"note-pointer">,
): Decision {
  const { live: known, before, rollback, lock } = service;
  // A rollback that only waits for somebody moves nothing, and locks nothing.
  const isMoving = (rollback !== null && lock !== null) || (release !== null && release.standing === "cutting_over");
  if ((known === null && before.length === 0) || isMoving || samePair(known, live)) return NOTHING;
  return accept(onService(service, { type: "pointer-moved", from: known, to: live, channel }));
}

/** Nothing of this service goes live until somebody unlocks it. `manifest`: the one that was rolled back, if any. */
export function decideLock(service: ServiceState, intent: Of<"lock">): Decision {
  const { lock } = service;
  if (lock !== null && lock.reason === intent.reason && lock.manifest === intent.manifest) return NOTHING;
  return accept(onService(service, { type: "service-locked", reason: intent.reason, manifest: intent.manifest }));
}

/** Rule 4: with the root cause written down, go-lives (also of what was rolled back) are possible again. */
export function decideUnlock(service: ServiceState, intent: Of<"unlock">): Decision {
  const { actor, members, policy } = intent;
  const refusal = refuseRight(policy, "unlock", actor, members, "unlock go-lives");
  if (refusal !== null) return refuse(refusal);
  if (service.lock === null && service.rolledBack.length === 0) return refuse({ kind: "not-locked" });
  // Its lock is what keeps go-lives away from a pointer that is being moved.
  if (service.rollback !== null) return refuse({ kind: "rollback-open", number: service.rollbacks });
  const [reason, rootCause] = [intent.reason.trim(), intent.rootCause.trim()];
  if (reason === "") return refuse({ kind: "reason-needed", what: "An unlock needs a reason" });
  if (!isReason(rootCause))
    return refuse({ kind: "reason-needed", what: `The root cause needs at least ${REASON_MIN} characters` });
  return accept(onService(service, { type: "service-unlocked", reason, rootCause }, actor));
}
