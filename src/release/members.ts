import { type Authored, onRelease } from "#src/release/decision";
import type { Person, RoleId, RoleMembers } from "#src/release/people";
import { unresolvedOf } from "#src/release/rights";
import type { ReleaseState } from "#src/release/state";

/** The fact that a role means other people than it did; none when nothing changed that a rule could see. */
export function membersEvents(release: ReleaseState, members: RoleMembers): readonly Authored[] {
  const changed = Object.keys(members).some((role) => !sameMembers(release.members[role], members[role]));
  return changed ? [onRelease(release, { type: "members-resolved", members })] : [];
}

/** Roles of this release's sign-offs that could not be resolved now. */
export function unresolvedRoles(release: Pick<ReleaseState, "checklist">, members: RoleMembers): readonly RoleId[] {
  return unresolvedOf(
    members,
    release.checklist.signOffs.map(({ role }) => role),
  );
}

function sameMembers(a: readonly Person[] | undefined, b: readonly Person[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const kinds = new Map(a.map((person) => [person.id, person.kind]));
  return kinds.size === new Set(b.map(({ id }) => id)).size && b.every(({ id, kind }) => kinds.get(id) === kind);
}
