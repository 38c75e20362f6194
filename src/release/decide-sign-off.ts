import { countingSignOffs, isBarredRequester, mayNow, missingOf, otherRoleOf } from "#src/release/approvers";
import type { SignOffDefinition } from "#src/release/checklist";
import { accept, type Decision, onRelease, refuse } from "#src/release/decision";
import { waitingFor } from "#src/release/evidence";
import { bindingOf, seenOf } from "#src/release/hash";
import type { Intent } from "#src/release/intents";
import { findSignOff } from "#src/release/items";
import { membersEvents } from "#src/release/members";
import { PAUSE_TEXT } from "#src/release/pause-text";
import { mayDecide } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";
import { isIn, peopleOf } from "#src/release/rights";
import type { ReleaseState } from "#src/release/state";
import { withVoids } from "#src/release/voids";

type Sign = Extract<Intent, { type: "sign" }>;
type Withdraw = Extract<Intent, { type: "withdraw" }>;

/**
 * Rules 1 and 2: one more signature, bound to the manifest, the evidence and the policy as they stand. Whoever else turns out
 * to have left a role at this click loses their own at the same time.
 */
export function decideSign(release: ReleaseState, intent: Sign, now: Instant): Decision {
  const found = findSignOff(release, intent.signOff);
  if (!found.ok) return refuse(found.refusal);
  const { definition } = found;
  const resolved = membersEvents(release, intent.members);
  const refusal =
    refuseMoment(release) ?? refusePerson(release, definition, intent) ?? refuseItem(release, definition, intent, now);
  if (refusal !== null) return refuse(refusal);
  const binding = bindingOf(release, definition.id);
  if (binding === null)
    return refuse({ kind: "evidence-missing", signOff: definition.id, waitingFor: ["Run manifest"] });
  const { role } = definition;
  const members = peopleOf(intent.members, [role]).map(({ id }) => id);
  const signed = onRelease(release, { type: "signed", signOff: definition.id, role, binding, members }, intent.actor);
  return accept(...withVoids(release, [...resolved, signed], now));
}

/** Takes one's own signature back; possible until the cutover begins. */
export function decideWithdraw(release: ReleaseState, intent: Withdraw): Decision {
  const found = findSignOff(release, intent.signOff);
  if (!found.ok) return refuse(found.refusal);
  if (!mayDecide(intent.actor))
    return refuse({ kind: "not-a-member", actor: intent.actor, wanted: "withdraw a sign-off" });
  if (release.standing !== "open") return refuse({ kind: "too-late", what: "The cutover has begun" });
  const standing = release.signOffs.some(
    (entry) => entry.signOff === intent.signOff && entry.person.id === intent.actor.id,
  );
  if (!standing) return refuse({ kind: "not-signed", signOff: intent.signOff });
  return accept(onRelease(release, { type: "sign-off-withdrawn", signOff: intent.signOff }, intent.actor));
}

function refuseMoment(release: ReleaseState): Refusal | null {
  if (release.standing !== "open") return { kind: "too-late", what: "The cutover has begun" };
  return release.paused === null ? null : { kind: "paused", because: PAUSE_TEXT[release.paused] };
}

function refusePerson(release: ReleaseState, definition: SignOffDefinition, intent: Sign): Refusal | null {
  const { actor, members } = intent;
  const { id, role } = definition;
  if (!mayDecide(actor)) return { kind: "not-a-member", actor, wanted: `sign ${definition.title}` };
  if (members[role] === undefined) return { kind: "role-unresolved", roles: [role] };
  const who = mayNow(release, definition, members);
  if (!isIn(members, role, actor.id)) {
    return { kind: "not-an-approver", signOff: id, role, who, alsoRequester: release.requester.id === actor.id };
  }
  if (isBarredRequester(release, actor.id)) return { kind: "own-release", signOff: id, who };
  const other = otherRoleOf(release, definition, actor.id);
  return other === null ? null : { kind: "second-role", signOff: id, signedAs: other.role, who };
}

function refuseItem(release: ReleaseState, definition: SignOffDefinition, intent: Sign, now: Instant): Refusal | null {
  const { id } = definition;
  const own = release.signOffs.find((entry) => entry.signOff === id && entry.person.id === intent.actor.id);
  if (own !== undefined) return { kind: "already-signed", signOff: id, by: own.person, at: own.at };
  const veto = release.vetoes.find((entry) => entry.signOff === id);
  if (veto !== undefined) return { kind: "vetoed", signOff: id, by: veto.person, reason: veto.reason };
  if (missingOf(release, definition, intent.members) === 0) {
    const by = countingSignOffs(release, definition, intent.members).map(({ person }) => person);
    return { kind: "quorum-full", signOff: id, by };
  }
  const waiting = release.manifest === null ? ["Run manifest"] : waitingFor(release, definition, now);
  if (waiting.length > 0) return { kind: "evidence-missing", signOff: id, waitingFor: waiting };
  if (intent.seen === null || intent.seen === seenOf(release, id)) return null;
  return { kind: "view-outdated", what: definition.title };
}
