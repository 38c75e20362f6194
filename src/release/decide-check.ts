import { type CheckDefinition, evaluationChecks } from "#src/release/checklist";
import { wantEvaluation } from "#src/release/decide-evaluation";
import { type Authored, accept, type Decision, NOTHING, onRelease, refuse } from "#src/release/decision";
import type { Intent } from "#src/release/intents";
import { findCheck } from "#src/release/items";
import { PAUSE_TEXT } from "#src/release/pause-text";
import { mayDecide, type Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import { refuseRoles } from "#src/release/rights";
import { isCheckUnderWay, type ReleaseState } from "#src/release/state";
import { withVoids } from "#src/release/voids";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;

/** Somebody asks for a rerun: the requester, or anybody whom a role of this service names. Under way already: nothing. */
export function decideRequestCheck(release: ReleaseState, intent: Of<"request-check">): Decision {
  const { actor, check } = intent;
  const isRequester = mayDecide(actor) && actor.id === release.requester.id;
  const refusal = isRequester
    ? null
    : refuseRoles(Object.keys(release.policy.roles), "rerun", actor, intent.members, "run a check again");
  if (refusal !== null) return refuse(refusal);
  if (release.standing !== "open") return refuse({ kind: "too-late", what: "The cutover has begun" });
  if (release.paused !== null) return refuse({ kind: "paused", because: PAUSE_TEXT[release.paused] });
  if (check === "all") return accept(...requestEvents(release, release.checklist.checks, "asked", actor));
  const found = findCheck(release, check);
  return found.ok ? accept(...requestEvents(release, [found.definition], "asked", actor)) : refuse(found.refusal);
}

/** Evidence is about to age out. During a cutover it is left alone: what was reviewed either holds or stops the flip. */
export function decideRefreshCheck(release: ReleaseState, intent: Of<"refresh-check">): Decision {
  const found = findCheck(release, intent.check);
  if (!found.ok) return refuse(found.refusal);
  return release.standing === "open" ? accept(...requestEvents(release, [found.definition], "aging")) : NOTHING;
}

/** The attempt that was asked for last begins; any other is late and changes nothing. */
export function decideStartCheck(release: ReleaseState, intent: Of<"start-check">): Decision {
  const found = findCheck(release, intent.check);
  if (!found.ok) return refuse(found.refusal);
  const { attempt, status } = found.check;
  if (intent.attempt !== attempt || attempt === 0 || status !== "pending") return NOTHING;
  return accept(onRelease(release, { type: "check-started", check: intent.check, attempt }));
}

/** The attempt that was asked for last has a result; sign-offs that rested on another one are void. */
export function decideFinishCheck(release: ReleaseState, intent: Of<"finish-check">, now: Instant): Decision {
  const found = findCheck(release, intent.check);
  if (!found.ok) return refuse(found.refusal);
  const { check, definition } = found;
  if (intent.attempt !== check.attempt || check.attempt === 0 || !isCheckUnderWay(check)) return NOTHING;
  const finished = onRelease(release, {
    type: "check-finished",
    check: definition.id,
    attempt: intent.attempt,
    result: intent.result,
    freshUntil: (intent.result.measuredAt ?? now) + definition.freshForMs,
  });
  return accept(...withVoids(release, [finished], now));
}

/**
 * Requests for those of these checks that are not under way. Nothing runs before the manifest is frozen. Those that rest on an
 * evaluation ask for that first.
 */
function requestEvents(
  release: ReleaseState,
  checks: readonly CheckDefinition[],
  because: "asked" | "aging",
  by?: Person,
): readonly Authored[] {
  if (release.manifest === null) return [];
  const resting = new Set(evaluationChecks(release.checklist).map(({ id }) => id));
  const direct = checks.filter(({ id }) => !resting.has(id));
  const requests = direct.flatMap(({ id }) => {
    const check = release.checks[id];
    return check !== undefined && isCheckUnderWay(check)
      ? []
      : [onRelease(release, { type: "check-requested", check: id, attempt: (check?.attempt ?? 0) + 1 }, by)];
  });
  return direct.length === checks.length ? requests : [...requests, ...wantEvaluation(release, because, by)];
}
