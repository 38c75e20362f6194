import type { ProposalState } from "#src/operations/proposals/state";
import type { Person, RoleId, RoleMembers } from "#src/release/people";
import { isIn, peopleOf } from "#src/release/rights";

type Asked = Pick<ProposalState, "approvers" | "accepted" | "rights">;

/** Roles for which nobody who is in them now has accepted. A role that was left by whoever accepted for it is open again. */
export function openRoles({ approvers, accepted }: Asked, members: RoleMembers): readonly RoleId[] {
  return approvers.filter((role) => !accepted.some((each) => each.role === role && isIn(members, role, each.by.id)));
}

/** The role for which this person has accepted and still counts; null: none. */
export function acceptedAs({ accepted }: Asked, members: RoleMembers, person: string): RoleId | null {
  return accepted.find(({ role, by }) => by.id === person && isIn(members, role, by.id))?.role ?? null;
}

/**
 * The roles for which a person's acceptance counts: all open ones they are in where the policy lets one person fill several; else the one
 * that the fewest others could fill, so that nobody takes a place that somebody else alone could have taken. Empty: it counts for none.
 */
export function rolesFor(state: Asked, members: RoleMembers, person: string): readonly RoleId[] {
  const mine = openRoles(state, members).filter((role) => isIn(members, role, person));
  if (state.rights.onePersonManyRoles) return mine;
  if (acceptedAs(state, members, person) !== null) return [];
  const others = (role: RoleId): number => mayAccept(state, members, [role]).filter(({ id }) => id !== person).length;
  return [...mine].sort((a, b) => others(a) - others(b)).slice(0, 1);
}

/** Who could still accept for one of these roles. */
export function mayAccept(
  state: Asked,
  members: RoleMembers,
  roles: readonly RoleId[] = openRoles(state, members),
): readonly Person[] {
  const several = state.rights.onePersonManyRoles;
  return peopleOf(members, roles).filter(({ id }) => several || acceptedAs(state, members, id) === null);
}
