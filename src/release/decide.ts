import { decideFinishCheck, decideRefreshCheck, decideRequestCheck, decideStartCheck } from "#src/release/decide-check";
import { decideCutOver, decideIntendFlip, decideStopCutover } from "#src/release/decide-cutover";
import { decideEndEvaluation, decideStartEvaluation, decideStopEvaluation } from "#src/release/decide-evaluation";
import { decideSettleFlip } from "#src/release/decide-flip";
import { decideCancel, decidePause, decideResume } from "#src/release/decide-life";
import { decideFreezeManifest } from "#src/release/decide-manifest";
import { decideChangePolicy, decideRefreshMembers } from "#src/release/decide-policy";
import { decideAdoptRun, decideLock, decideNotePointer, decideUnlock } from "#src/release/decide-service";
import { decideSign, decideWithdraw } from "#src/release/decide-sign-off";
import { decideStart } from "#src/release/decide-start";
import { decideBreakGlass, decideLiftVeto, decideVeto } from "#src/release/decide-veto";
import { decideWaive } from "#src/release/decide-waiver";
import { type Decision, NOTHING, refuse } from "#src/release/decision";
import type { Intent } from "#src/release/intents";
import type { Instant } from "#src/release/policy";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { unreachable } from "#src/release/unreachable";

/** What a service decides by itself, with or without a release. */
type ServiceIntent = Extract<Intent, { type: "start" | "adopt-run" | "note-pointer" | "lock" | "unlock" }>;
type ReleaseIntent = Exclude<Intent, ServiceIntent>;

/**
 * Which facts an intent may cause: the seven rules, pure. `release` is the release that the intent is about (open or ended),
 * null if there is none; `now` in epoch milliseconds. The facts are to be appended all or none, in their order, at `now`.
 */
export function decide(service: ServiceState, release: ReleaseState | null, intent: Intent, now: Instant): Decision {
  switch (intent.type) {
    case "start":
      return decideStart(service, intent);
    case "adopt-run":
      return decideAdoptRun(service, intent);
    case "note-pointer":
      return decideNotePointer(service, release, intent);
    case "lock":
      return decideLock(service, intent);
    case "unlock":
      return decideUnlock(service, intent);
    default:
      if (release === null) return refuse({ kind: "no-open-release", service: service.id });
      return release.ended === null
        ? decideWithin(service, release, intent, now)
        : decideAfterEnd(service, release, intent, now);
  }
}

/** A release that ended takes nothing in: people hear so, late jobs change nothing. */
function decideAfterEnd(service: ServiceState, release: ReleaseState, intent: ReleaseIntent, now: Instant): Decision {
  if (intent.type === "settle-flip") return decideSettleFlip(service, release, intent, now);
  const isRepeatedFlip = intent.type === "intend-flip" && release.flip?.id === intent.flip;
  if (isRepeatedFlip || (!("actor" in intent) && intent.type !== "intend-flip")) return NOTHING;
  return refuse({ kind: "release-ended", number: release.number, as: release.standing });
}

function decideWithin(service: ServiceState, release: ReleaseState, intent: ReleaseIntent, now: Instant): Decision {
  switch (intent.type) {
    case "freeze-manifest":
      return decideFreezeManifest(release, intent, now);
    case "request-check":
      return decideRequestCheck(release, intent);
    case "refresh-check":
      return decideRefreshCheck(release, intent);
    case "start-check":
      return decideStartCheck(release, intent);
    case "finish-check":
      return decideFinishCheck(release, intent, now);
    case "start-evaluation":
      return decideStartEvaluation(release, intent);
    case "end-evaluation":
      return decideEndEvaluation(release, intent, now);
    case "stop-evaluation":
      return decideStopEvaluation(release, intent);
    case "sign":
      return decideSign(release, intent, now);
    case "withdraw":
      return decideWithdraw(release, intent);
    case "veto":
      return decideVeto(release, intent);
    case "lift-veto":
      return decideLiftVeto(release, intent);
    case "break-glass":
      return decideBreakGlass(release, intent);
    case "waive":
      return decideWaive(release, intent, now);
    case "refresh-members":
      return decideRefreshMembers(release, intent, now);
    case "change-policy":
      return decideChangePolicy(release, intent, now);
    case "pause":
      return decidePause(release, intent);
    case "resume":
      return decideResume(release);
    case "cut-over":
      return decideCutOver(service, release, intent, now);
    case "intend-flip":
      return decideIntendFlip(service, release, intent, now);
    case "stop-cutover":
      return decideStopCutover(release, intent, now);
    case "settle-flip":
      return decideSettleFlip(service, release, intent, now);
    case "cancel":
      return decideCancel(service, release, intent);
    default:
      return unreachable(intent);
  }
}
