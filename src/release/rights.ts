import { mayDecide, type Person, type RoleId, type RoleMembers } from "#src/release/people";
import type { Policy, Right } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";

/** The people of these roles who may decide anything, each once, in the order of the roles. */
export function peopleOf(members: RoleMembers, roles: readonly RoleId[]): readonly Person[] {
  const people = new Map<string, Person>();
  for (const role of roles) {
    for (const person of members[role] ?? []) {
      if (mayDecide(person) && !people.has(person.id)) people.set(person.id, person);
    }
  }
  return [...people.values()];
}

/** Whether the role, as resolved, names this person as somebody who may decide. */
export function isIn(members: RoleMembers, role: RoleId, person: string): boolean {
  return (members[role] ?? []).some((entry) => entry.id === person && mayDecide(entry));
}

/** Who holds a right, as resolved. */
export function holdersOf(policy: Policy, right: Right, members: RoleMembers): readonly Person[] {
  return peopleOf(members, policy.rights[right]);
}

/** Roles among these that could not be resolved. Nothing is decided by guessing who might have been in them. */
export function unresolvedOf(members: RoleMembers, roles: readonly RoleId[]): readonly RoleId[] {
  return [...new Set(roles)].filter((role) => members[role] === undefined);
}

/** Why this person may not use a right now; null if they may. `wanted` finishes the sentence "you can't …". */
export function refuseRight(
  policy: Policy,
  right: Right,
  actor: Person,
  members: RoleMembers,
  wanted: string,
): Refusal | null {
  return refuseRoles(policy.rights[right], right, actor, members, wanted);
}

/** The same for any list of roles, named as a right in the refusal. */
export function refuseRoles(
  roles: readonly RoleId[],
  right: string,
  actor: Person,
  members: RoleMembers,
  wanted: string,
): Refusal | null {
  if (!mayDecide(actor)) return { kind: "not-a-member", actor, wanted };
  if (roles.some((role) => isIn(members, role, actor.id))) return null;
  const unresolved = unresolvedOf(members, roles);
  if (unresolved.length > 0) return { kind: "role-unresolved", roles: unresolved };
  return { kind: "no-right", right, roles, who: peopleOf(members, roles) };
}
