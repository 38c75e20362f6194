import { accept, type Decision, NOTHING, onRelease, onService, refuse } from "#src/release/decision";
import { inDoubt } from "#src/release/flip-doubt";
import type { Intent } from "#src/release/intents";
import { mayDecide } from "#src/release/people";
import { refuseRight } from "#src/release/rights";
import type { ReleaseState, ServiceState } from "#src/release/state";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;

/** The requester, or whoever has the right, gives the release up; not once the pointer may be moving. */
export function decideCancel(service: ServiceState, release: ReleaseState, intent: Of<"cancel">): Decision {
  const { actor, members } = intent;
  const isRequester = mayDecide(actor) && actor.id === release.requester.id;
  const refusal = isRequester ? null : refuseRight(release.policy, "cancel", actor, members, "cancel this release");
  if (refusal !== null) return refuse(refusal);
  if (inDoubt(release)) return refuse({ kind: "too-late", what: "The pointer is being flipped" });
  const manifest = release.manifest?.hash ?? null;
  return accept(
    onRelease(release, { type: "release-cancelled", reason: intent.reason.trim() }, actor),
    onService(service, { type: "release-closed", release: release.id, as: "cancelled", manifest }, actor),
  );
}

/** People can't see or reach the release any more: nothing moves it forward until they can. */
export function decidePause(release: ReleaseState, intent: Of<"pause">): Decision {
  if (release.paused === intent.because) return NOTHING;
  return accept(onRelease(release, { type: "paused", because: intent.because }));
}

export function decideResume(release: ReleaseState): Decision {
  return release.paused === null ? NOTHING : accept(onRelease(release, { type: "resumed" }));
}
