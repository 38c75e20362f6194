import { onRelease, onService } from "#src/release/decision";
import { inDoubt } from "#src/release/flip-doubt";
import { pairText, samePair } from "#src/release/pair";
import { GOLIVE, mayDecide, type Person, type RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import { holdersOf, peopleOf, refuseRight, refuseRoles } from "#src/release/rights";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { unreachable } from "#src/release/unreachable";
import { isReason } from "#src/release/wording";
import {
  acceptAll,
  NO_CHANGE,
  onRollback,
  type RollbackAuthored,
  type RollbackDecision,
  refuseIt,
} from "#src/rollback/decision";
import type { Confirmation, RollbackOutcome, StepId, StepResult } from "#src/rollback/events";
import type { RollbackIntent } from "#src/rollback/intents";
import { sayEnd } from "#src/rollback/says";
import { nextStep, type RollbackState } from "#src/rollback/state";

type Of<T extends RollbackIntent["type"]> = Extract<RollbackIntent, { type: T }>;

/**
 * Which facts an intent about a rollback may cause. `release`: the service's open release, null if there is none; `rollback`: the one
 * that the intent is about, null for a request; `other`: the service's open rollback, where a canary's trigger meets one. The facts are to
 * be appended all or none, in their order.
 */
export function decideRollback(
  service: ServiceState,
  release: ReleaseState | null,
  rollback: RollbackState | null,
  intent: RollbackIntent,
  other: RollbackState | null = null,
): RollbackDecision {
  if (intent.type === "trigger") return decideTrigger(service, release, rollback, intent, other);
  if (intent.type === "request") return decideRequest(service, release, rollback, intent);
  if (rollback === null) return refuseIt({ kind: "no-rollback", service: service.id });
  switch (intent.type) {
    case "approve":
      return decideApprove(service, release, rollback, intent);
    case "break-glass":
      return decideBreakGlass(service, release, rollback, intent);
    case "confirm-by-canary":
      return decideConfirm(service, release, rollback, intent);
    case "withdraw":
      return decideWithdraw(service, rollback, intent);
    case "hold":
      return decideHold(service, release, rollback);
    case "start-step":
      return decideStartStep(rollback, intent);
    case "finish-step":
      return decideFinishStep(service, rollback, intent);
    case "intend-flip":
      return decideIntendFlip(service, rollback, intent);
    case "settle-flip":
      return decideSettleFlip(service, rollback, intent);
    case "end":
      return decideEnd(service, rollback, intent);
    default:
      return unreachable(intent);
  }
}

/**
 * A wish that only waits keeps no canary from rolling back: anybody could block it, or somebody's forgotten wish. It is withdrawn in the
 * same transaction. One that is under way is left to it.
 */
function decideTrigger(
  service: ServiceState,
  release: ReleaseState | null,
  known: RollbackState | null,
  intent: Of<"trigger">,
  other: RollbackState | null,
): RollbackDecision {
  if (known !== null || other === null || other.id !== service.rollback) {
    return decideRequest(service, release, known, intent);
  }
  if (other.standing !== "waiting") return NO_CHANGE;
  const decided = decideRequest({ ...service, rollback: null }, release, null, intent);
  if (!decided.ok) return decided;
  const who = intent.by === null ? "the canary's policy rolls back by itself" : `${intent.by.name} gave the canary up`;
  const says = `Withdrawn: ${who}, as #${service.rollbacks + 1}`;
  return acceptAll(
    ...ended(service, other, "withdrawn", intent.plan.from, says, intent.by ?? GOLIVE),
    ...decided.events,
  );
}

/**
 * Any member may ask. Whoever has the right confirms by asking; anybody else's wish waits for somebody who has. What a canary asks for is
 * confirmed: by its policy, or by who gave it up.
 */
function decideRequest(
  service: ServiceState,
  release: ReleaseState | null,
  known: RollbackState | null,
  intent: Of<"request" | "trigger">,
): RollbackDecision {
  const { members, policy, rollback: id, channel, plan, reason } = intent;
  const isTriggered = intent.type === "trigger";
  const actor = isTriggered ? (intent.by ?? GOLIVE) : intent.actor;
  if (known !== null) return NO_CHANGE;
  if (!isTriggered && !mayDecide(actor)) return refuseIt({ kind: "not-a-member", actor, wanted: "roll back" });
  if (service.rollback !== null) return refuseIt({ kind: "rollback-open", number: service.rollbacks });
  const isCuttingOver = release?.standing === "cutting_over";
  if (samePair(plan.from, plan.to) && !isCuttingOver) return refuseIt({ kind: "nothing-to-roll-back", live: plan.to });
  if (plan.data === "damaged" && plan.backup === null)
    return refuseIt({ kind: "target-damaged", run: plan.to?.run ?? "" });
  const number = service.rollbacks + 1;
  // A cutover whose flip nobody knows yet: if it was made, it is what is undone.
  const undoes =
    release !== null && isCuttingOver
      ? { release: release.id, manifest: release.manifest?.hash ?? null }
      : service.liveRelease;
  const asOf = { live: service.live, release: release?.id ?? null, cuttingOver: isCuttingOver };
  const requested = onRollback(
    { id },
    {
      type: "rollback-requested",
      rollback: id,
      number,
      service: service.id,
      channel,
      target: isTriggered ? { kind: "previous" } : intent.target,
      plan,
      reason: reason.trim(),
      undoes,
      asOf,
      policy,
      members,
      ...(isTriggered ? { trigger: intent.trigger } : {}),
    },
    actor,
  );
  const opened = onService(service, { type: "rollback-opened", rollback: id, number }, actor);
  const wish = { id, number, reason: reason.trim(), manifest: undoes?.manifest ?? null };
  if (isTriggered) {
    return acceptAll(opened, requested, ...confirmed(service, release, wish, byCanary(intent.by, null), actor));
  }
  if (refuseRight(policy, "rollback", actor, members, "roll back") !== null) return acceptAll(opened, requested);
  return acceptAll(
    opened,
    requested,
    ...confirmed(service, release, wish, { how: "right", people: [actor], reason: null }, actor),
  );
}

/** How what a canary asks for is confirmed. */
const byCanary = (by: Person | null, reason: string | null): How =>
  by === null ? { how: "policy", people: [], reason } : { how: "right", people: [by], reason };

function decideConfirm(
  service: ServiceState,
  release: ReleaseState | null,
  rollback: RollbackState,
  { by, reason }: Of<"confirm-by-canary">,
): RollbackDecision {
  if (rollback.standing !== "waiting") return NO_CHANGE;
  const refusal = refuseOutdated(service, release, rollback);
  if (refusal !== null) return refuseIt(refusal);
  return acceptAll(...confirmed(service, release, wishOf(rollback), byCanary(by, reason), by ?? GOLIVE));
}

function decideApprove(
  service: ServiceState,
  release: ReleaseState | null,
  rollback: RollbackState,
  { actor, members }: Of<"approve">,
): RollbackDecision {
  const refusal =
    refuseRight(rollback.policy, "rollback", actor, members, "confirm this rollback") ??
    refuseLate(rollback) ??
    refuseOutdated(service, release, rollback);
  if (refusal !== null) return refuseIt(refusal);
  return acceptAll(
    ...confirmed(service, release, wishOf(rollback), { how: "right", people: [actor], reason: null }, actor),
  );
}

/** The requester may be one of the two. One alone needs a reason that says something. */
function decideBreakGlass(
  service: ServiceState,
  release: ReleaseState | null,
  rollback: RollbackState,
  { actor, members, reason }: Of<"break-glass">,
): RollbackDecision {
  const refusal =
    refuseRoles(rollback.policy.breakGlass, "break-glass", actor, members, "break the glass") ??
    refuseLate(rollback) ??
    refuseOutdated(service, release, rollback);
  if (refusal !== null) return refuseIt(refusal);
  const typed = reason.trim();
  // Who asked before counts only while still in one of the roles.
  const entitled = peopleOf(members, rollback.policy.breakGlass);
  const others = rollback.glass.filter(({ id }) => id !== actor.id && entitled.some((one) => one.id === id));
  if (isReason(typed) || others.length > 0) {
    const how = { how: "break-glass", people: [...others, actor], reason: typed === "" ? null : typed } as const;
    return acceptAll(...confirmed(service, release, wishOf(rollback), how, actor));
  }
  if (rollback.glass.some(({ id }) => id === actor.id)) {
    const who = peopleOf(members, rollback.policy.breakGlass).filter(({ id }) => id !== actor.id);
    return refuseIt({ kind: "second-person-needed", signOff: "this rollback", who });
  }
  return acceptAll(onRollback(rollback, { type: "rollback-glass-asked" }, actor));
}

function decideWithdraw(
  service: ServiceState,
  rollback: RollbackState,
  { actor, members, reason }: Of<"withdraw">,
): RollbackDecision {
  const isRequester = mayDecide(actor) && actor.id === rollback.requester.id;
  const refusal =
    (isRequester ? null : refuseRight(rollback.policy, "rollback", actor, members, "withdraw this rollback")) ??
    refuseLate(rollback);
  if (refusal !== null) return refuseIt(refusal);
  const said = reason.trim();
  const says = `Withdrawn by ${actor.name}${said === "" ? "" : `: ${said}`}. Nothing was changed: ${service.id} answers from ${pairText(rollback.plan.from)}`;
  return acceptAll(...ended(service, rollback, "withdrawn", rollback.plan.from, says, actor));
}

/** Whoever the rollback waits for, to be named. */
export const approversOf = (policy: Policy, members: RoleMembers): readonly Person[] =>
  holdersOf(policy, "rollback", members);

function refuseLate(rollback: RollbackState): Refusal | null {
  if (rollback.standing === "waiting") return null;
  return {
    kind: "too-late",
    what: rollback.standing === "running" ? "The rollback is under way" : "The rollback has ended",
  };
}

/** Something went live, or another release is open, since it was asked for: what would be confirmed now is not what was planned. */
function refuseOutdated(service: ServiceState, release: ReleaseState | null, { asOf }: RollbackState): Refusal | null {
  const same = samePair(service.live, asOf.live) && (release?.id ?? null) === asOf.release;
  return same ? null : { kind: "view-outdated", what: "The rollback" };
}

type How = { readonly how: Confirmation; readonly people: readonly Person[]; readonly reason: string | null };

type Wish = { readonly id: string; readonly number: number; readonly reason: string; readonly manifest: string | null };

const wishOf = ({ id, number, reason, undoes }: RollbackState): Wish => ({
  id,
  number,
  reason,
  manifest: undoes?.manifest ?? null,
});

/**
 * From now on nothing goes live: the lock and the end of an open release stand in the same transaction as the confirmation, so that a
 * cutover and a rollback never both happen. A release whose flip is in doubt is ended when the ledger has said what it did.
 */
function confirmed(
  service: ServiceState,
  release: ReleaseState | null,
  wish: Wish,
  how: How,
  by: Person,
): readonly RollbackAuthored[] {
  const reason = `rollback #${wish.number}${wish.reason === "" ? "" : `: ${wish.reason}`}`;
  return [
    onRollback(wish, { type: "rollback-confirmed", ...how }, by),
    onService(service, { type: "service-locked", reason, manifest: wish.manifest }, by),
    ...(release !== null && inDoubt(release) ? [] : holdEvents(service, release, wish, by)),
  ];
}

function holdEvents(
  service: ServiceState,
  release: ReleaseState | null,
  { id, number }: Pick<Wish, "id" | "number">,
  by?: Person,
): readonly RollbackAuthored[] {
  const detail =
    release === null
      ? "Go-lives are locked."
      : `Go-lives are locked, and release #${release.number} to ${release.candidate.run} is cancelled.`;
  const result: StepResult = { outcome: "done", detail, facts: { release: release?.number ?? null } };
  const finished = onRollback({ id }, { type: "rollback-step-finished", step: "hold", result });
  if (release === null) return [finished];
  const manifest = release.manifest?.hash ?? null;
  return [
    onRelease(release, { type: "release-cancelled", reason: `rollback #${number}` }, by),
    onService(service, { type: "release-closed", release: release.id, as: "cancelled", manifest }, by),
    finished,
  ];
}

/** Golive's own: the flip of the open release is settled, so that it can be ended. */
function decideHold(service: ServiceState, release: ReleaseState | null, rollback: RollbackState): RollbackDecision {
  if (rollback.standing !== "running" || statusOf(rollback, "hold") === "done") return NO_CHANGE;
  if (release !== null && inDoubt(release))
    return refuseIt({ kind: "too-late", what: "The release's flip is in doubt" });
  return acceptAll(...holdEvents(service, release, rollback));
}

function decideStartStep(rollback: RollbackState, { step }: Of<"start-step">): RollbackDecision {
  if (rollback.standing !== "running" || nextStep(rollback) !== step || statusOf(rollback, step) !== "pending") {
    return NO_CHANGE;
  }
  return acceptAll(onRollback(rollback, { type: "rollback-step-started", step }));
}

/** Chunks that could not be brought back end it before the pointer moves: nobody is pointed at damaged data. */
function decideFinishStep(
  service: ServiceState,
  rollback: RollbackState,
  { step, result }: Of<"finish-step">,
): RollbackDecision {
  if (rollback.standing !== "running" || nextStep(rollback) !== step) return NO_CHANGE;
  const finished = onRollback(rollback, { type: "rollback-step-finished", step, result });
  if (step !== "restore" || result.outcome !== "failed") return acceptAll(finished);
  const live = before(service, rollback);
  const failed = { ...rollback, steps: withStep(rollback, step, result) };
  return acceptAll(finished, ...ended(service, rollback, "refused", live, sayEnd(failed, live)));
}

/**
 * The compare-and-set that follows: from what somebody saw and confirmed. Only where a cutover was under way then it is from what the
 * ledger has said since. Said already: the same flip again.
 */
function decideIntendFlip(
  service: ServiceState,
  rollback: RollbackState,
  { flip }: Of<"intend-flip">,
): RollbackDecision {
  if (rollback.standing !== "running" || nextStep(rollback) !== "flip" || rollback.flip !== null) return NO_CHANGE;
  const from = before(service, rollback);
  return acceptAll(onRollback(rollback, { type: "rollback-flip-intended", flip, from, to: rollback.plan.to }));
}

/** What answers until the flip: the pointer as the plan read it, or what a cutover that was called back left. */
const before = (service: ServiceState, { asOf, plan }: RollbackState) =>
  asOf.cuttingOver ? (service.live ?? plan.from) : plan.from;

/** What the store's ledger says of the flip. One that found the pointer there already counts as made. */
function decideSettleFlip(
  service: ServiceState,
  rollback: RollbackState,
  { flip: id, outcome, live: found, because }: Of<"settle-flip">,
): RollbackDecision {
  const { flip } = rollback;
  if (flip === null || flip.id !== id) return refuseIt({ kind: "flip-unknown", flip: id });
  if (flip.outcome !== null) return NO_CHANGE;
  const { from, to } = flip;
  // A flip that was called back may have found a pointer that nobody could read: nothing is known of it then.
  const live = outcome === "cancelled" ? (found ?? from) : found;
  const isThere = outcome === "flipped" || (outcome === "refused" && samePair(live, to));
  const settled = onRollback(rollback, {
    type: "rollback-flip-settled",
    flip: id,
    outcome: isThere ? "flipped" : outcome,
    live,
  });
  const result: StepResult = isThere
    ? {
        outcome: "done",
        detail:
          outcome === "flipped" ? `The pointer says ${pairText(to)}.` : `The pointer said ${pairText(to)} already.`,
        facts: { moved: outcome === "flipped" },
      }
    : {
        outcome: "failed",
        detail:
          outcome === "cancelled"
            ? `The flip could not be made and was called back: ${because ?? "the RAG store did not answer."}`
            : `The pointer was moved by somebody else meanwhile: it says ${pairText(live)} where ${pairText(from)} was expected.`,
        facts: { moved: false },
      };
  const finished = onRollback(rollback, { type: "rollback-step-finished", step: "flip", result });
  if (isThere) {
    return acceptAll(
      settled,
      onService(service, { type: "pointer-rolled-back", rollback: rollback.id, flip: id, from, to }),
      finished,
    );
  }
  const failed = { ...rollback, steps: withStep(rollback, "flip", result) };
  return acceptAll(settled, finished, ...ended(service, rollback, "refused", live, sayEnd(failed, live)));
}

function decideEnd(service: ServiceState, rollback: RollbackState, { live }: Of<"end">): RollbackDecision {
  if (rollback.standing !== "running" || nextStep(rollback) !== null) return NO_CHANGE;
  const known = live === undefined ? rollback.plan.to : live;
  const isThere = live !== undefined && samePair(live, rollback.plan.to);
  const isWhole = isThere && rollback.steps.every(({ status }) => status !== "failed");
  const says =
    live === undefined
      ? `${sayEnd(rollback, known)}. What the pointer says now could not be read: this is what it was set to`
      : sayEnd(rollback, live);
  return acceptAll(...ended(service, rollback, isWhole ? "complete" : "incomplete", known, says));
}

function ended(
  service: ServiceState,
  rollback: RollbackState,
  outcome: RollbackOutcome,
  live: RollbackState["plan"]["from"],
  says: string,
  by?: Person,
): readonly RollbackAuthored[] {
  return [
    onRollback(rollback, { type: "rollback-ended", outcome, live, says }, by),
    onService(service, { type: "rollback-closed", rollback: rollback.id, outcome }, by),
  ];
}

const statusOf = ({ steps }: RollbackState, step: StepId) => steps.find(({ id }) => id === step)?.status;

const withStep = ({ steps }: RollbackState, step: StepId, result: StepResult): RollbackState["steps"] =>
  steps.map((each) => (each.id === step ? { ...each, status: result.outcome, result } : each));
