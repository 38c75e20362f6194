import { isBarredRequester } from "#src/release/approvers";
import { accept, type Decision, onRelease, refuse } from "#src/release/decision";
import { inDoubt } from "#src/release/flip-doubt";
import type { Intent } from "#src/release/intents";
import { findSignOff } from "#src/release/items";
import { PAUSE_TEXT } from "#src/release/pause-text";
import { mayDecide, type Person, type RoleMembers } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";
import { isIn, peopleOf, refuseRoles } from "#src/release/rights";
import type { ReleaseState } from "#src/release/state";
import { isReason, REASON_MIN } from "#src/release/wording";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;
const REASON_ALONE = `Breaking the glass alone needs a reason of at least ${REASON_MIN} characters`;
const FLIPPING: Refusal = { kind: "too-late", what: "The pointer is being flipped" };

/** Rule 3: an approver of the item says no, until the flip. A pause or a running cutover is no reason not to. */
export function decideVeto(release: ReleaseState, intent: Of<"veto">): Decision {
  const found = findSignOff(release, intent.signOff);
  if (!found.ok) return refuse(found.refusal);
  const { id, role, title } = found.definition;
  const { actor, members } = intent;
  if (!mayDecide(actor)) return refuse({ kind: "not-a-member", actor, wanted: `veto ${title}` });
  if (members[role] === undefined) return refuse({ kind: "role-unresolved", roles: [role] });
  if (!isIn(members, role, actor.id)) {
    const alsoRequester = release.requester.id === actor.id;
    return refuse({ kind: "not-an-approver", signOff: id, role, who: peopleOf(members, [role]), alsoRequester });
  }
  if (inDoubt(release)) return refuse(FLIPPING);
  const own = release.vetoes.find((veto) => veto.signOff === id && veto.person.id === actor.id);
  if (own !== undefined) return refuse({ kind: "vetoed", signOff: id, by: own.person, reason: own.reason });
  if (intent.reason.trim() === "") return refuse({ kind: "reason-needed", what: "A veto needs a reason" });
  return accept(onRelease(release, { type: "vetoed", signOff: id, reason: intent.reason.trim() }, actor));
}

/** Only the vetoer takes a veto back. */
export function decideLiftVeto(release: ReleaseState, intent: Of<"lift-veto">): Decision {
  const found = findSignOff(release, intent.signOff);
  if (!found.ok) return refuse(found.refusal);
  const { id, title } = found.definition;
  const { actor } = intent;
  if (!mayDecide(actor)) return refuse({ kind: "not-a-member", actor, wanted: `lift a veto on ${title}` });
  const held = refuseLifting(release);
  if (held !== null) return refuse(held);
  const vetoes = release.vetoes.filter((veto) => veto.signOff === id);
  const [first] = vetoes;
  if (first === undefined) return refuse({ kind: "no-veto", signOff: id });
  if (!vetoes.some((veto) => veto.person.id === actor.id)) {
    return refuse({ kind: "not-your-veto", signOff: id, by: first.person });
  }
  return accept(onRelease(release, { type: "veto-lifted", signOff: id, person: actor.id }, actor));
}

/**
 * Lifts every veto on an item in an emergency: two different people of the break-glass roles, or one with a typed reason.
 * The requester is neither, unless policy lets the requester sign.
 */
export function decideBreakGlass(release: ReleaseState, intent: Of<"break-glass">): Decision {
  const found = findSignOff(release, intent.signOff);
  if (!found.ok) return refuse(found.refusal);
  const { id } = found.definition;
  const { actor, members } = intent;
  const who = breakers(release, members).filter((person) => person.id !== actor.id);
  const refusal =
    refuseRoles(release.policy.breakGlass, "break-glass", actor, members, "break the glass") ?? refuseLifting(release);
  if (refusal !== null) return refuse(refusal);
  if (isBarredRequester(release, actor.id))
    return refuse({ kind: "own-release", signOff: id, who, act: "break-glass" });
  if (!release.vetoes.some((veto) => veto.signOff === id)) return refuse({ kind: "no-veto", signOff: id });

  const reason = intent.reason.trim();
  const asked = release.breakGlass.filter((ask) => ask.signOff === id);
  const other = asked.find((ask) => who.some((person) => person.id === ask.person.id));
  if (other !== undefined || isReason(reason)) {
    const people = other === undefined ? [actor] : [other.person, actor];
    return accept(onRelease(release, { type: "glass-broken", signOff: id, people, reason }, actor));
  }
  if (reason !== "") return refuse({ kind: "reason-needed", what: REASON_ALONE });
  if (asked.some((ask) => ask.person.id === actor.id))
    return refuse({ kind: "second-person-needed", signOff: id, who });
  return accept(onRelease(release, { type: "break-glass-asked", signOff: id }, actor));
}

function breakers(release: ReleaseState, members: RoleMembers): readonly Person[] {
  return peopleOf(members, release.policy.breakGlass).filter((person) => !isBarredRequester(release, person.id));
}

/** What moves a release forward waits while it is paused or its pointer is being flipped. */
function refuseLifting(release: ReleaseState): Refusal | null {
  if (inDoubt(release)) return FLIPPING;
  return release.paused === null ? null : { kind: "paused", because: PAUSE_TEXT[release.paused] };
}
