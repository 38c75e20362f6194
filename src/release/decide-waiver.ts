import { isBarredRequester } from "#src/release/approvers";
import { accept, type Decision, NOTHING, onRelease, refuse } from "#src/release/decision";
import { mayBeWaived } from "#src/release/evidence";
import type { Intent } from "#src/release/intents";
import { findCheck } from "#src/release/items";
import { PAUSE_TEXT } from "#src/release/pause-text";
import type { Instant } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import { holdersOf, refuseRight } from "#src/release/rights";
import type { ReleaseState } from "#src/release/state";
import { withVoids } from "#src/release/voids";
import { durationText, isReason, REASON_MIN } from "#src/release/wording";

type Waive = Extract<Intent, { type: "waive" }>;

/** Rule 3: somebody with the right accepts exactly this outcome of a check, with a reason, for a while. */
export function decideWaive(release: ReleaseState, intent: Waive, now: Instant): Decision {
  const found = findCheck(release, intent.check);
  if (!found.ok) return refuse(found.refusal);
  const { check, definition } = found;
  const refusal =
    refuseRight(release.policy, "waive", intent.actor, intent.members, `waive ${definition.title}`) ??
    refuseMoment(release, intent) ??
    refuseTerms(release, intent, now);
  if (refusal !== null) return refuse(refusal);
  if (!mayBeWaived(definition)) return refuse({ kind: "not-waivable", check: definition.id, why: "policy" });
  if (check.status !== "finished" || check.result === null) {
    return refuse({ kind: "not-waivable", check: definition.id, why: "unfinished" });
  }
  if (check.result.verdict === "pass") return refuse({ kind: "not-waivable", check: definition.id, why: "passed" });

  const { evidenceHash: evidence } = check.result;
  const reason = intent.reason.trim();
  const { until, actor } = intent;
  const isRepeated = release.waivers.some(
    (waiver) =>
      waiver.check === definition.id &&
      waiver.by.id === actor.id &&
      waiver.reason === reason &&
      waiver.until === until &&
      waiver.evidence === evidence,
  );
  if (isRepeated) return NOTHING;
  const waived = onRelease(release, { type: "waived", check: definition.id, reason, until, evidence }, actor);
  return accept(...withVoids(release, [waived], now));
}

function refuseMoment(release: ReleaseState, intent: Waive): Refusal | null {
  if (release.standing !== "open") return { kind: "too-late", what: "The cutover has begun" };
  if (release.paused !== null) return { kind: "paused", because: PAUSE_TEXT[release.paused] };
  if (!isBarredRequester(release, intent.actor.id)) return null;
  const who = holdersOf(release.policy, "waive", intent.members).filter(({ id }) => id !== intent.actor.id);
  return { kind: "own-release", signOff: intent.check, who, act: "waive" };
}

function refuseTerms(release: ReleaseState, intent: Waive, now: Instant): Refusal | null {
  if (!isReason(intent.reason))
    return { kind: "reason-needed", what: `A waiver needs a reason of at least ${REASON_MIN} characters` };
  const { waiverMaxMs } = release.policy;
  if (intent.until > now && intent.until <= now + waiverMaxMs) return null;
  return { kind: "until-invalid", what: `A waiver ends within ${durationText(waiverMaxMs)} from now` };
}
