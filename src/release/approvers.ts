import type { SignOffDefinition } from "#src/release/checklist";
import { bindingOf } from "#src/release/hash";
import { mayDecide, type Person, type RoleMembers } from "#src/release/people";
import { isIn, peopleOf } from "#src/release/rights";
import type { ReleaseState, SignOff } from "#src/release/state";

/**
 * The standing sign-offs that count towards the quorum: distinct people who are in the role as resolved, bound to exactly
 * what stands now. Voiding should already have removed all others; a cutover does not rest on "should".
 */
export function countingSignOffs(
  release: ReleaseState,
  definition: SignOffDefinition,
  members: RoleMembers = release.members,
): readonly SignOff[] {
  const binding = bindingOf(release, definition.id);
  const people = new Set<string>();
  return release.signOffs.filter((entry) => {
    if (entry.signOff !== definition.id || people.has(entry.person.id) || binding === null) return false;
    people.add(entry.person.id);
    return (
      entry.role === definition.role &&
      isIn(members, definition.role, entry.person.id) &&
      entry.binding.manifest === binding.manifest &&
      entry.binding.evidence === binding.evidence &&
      entry.binding.policy === binding.policy
    );
  });
}

/** How many more people have to sign. */
export function missingOf(release: ReleaseState, definition: SignOffDefinition, members?: RoleMembers): number {
  return Math.max(0, definition.quorum - countingSignOffs(release, definition, members).length);
}

/** The other role in which this person already stands in the release; null if none, or if the policy allows both (rule 2). */
export function otherRoleOf(release: ReleaseState, definition: SignOffDefinition, person: string): SignOff | null {
  if (release.policy.onePersonManyRoles) return null;
  return release.signOffs.find((entry) => entry.person.id === person && entry.role !== definition.role) ?? null;
}

/** Whether the requester's own signature is out of the question here. */
export function isBarredRequester(release: ReleaseState, person: string): boolean {
  return !release.policy.requesterMaySign && release.requester.id === person;
}

/**
 * Who could still give a sign-off that counts, by all of rule 2: in the role, not the requester, in no second role, not
 * twice. Empty once the quorum stands.
 */
export function mayNow(
  release: ReleaseState,
  definition: SignOffDefinition,
  members: RoleMembers = release.members,
): readonly Person[] {
  return missingOf(release, definition, members) === 0 ? [] : eligibleOf(release, definition, members);
}

/** The same, whether or not the quorum stands already. */
export function eligibleOf(
  release: ReleaseState,
  definition: SignOffDefinition,
  members: RoleMembers,
): readonly Person[] {
  return peopleOf(members, [definition.role]).filter(
    (person) =>
      mayDecide(person) &&
      !isBarredRequester(release, person.id) &&
      otherRoleOf(release, definition, person.id) === null &&
      !release.signOffs.some((entry) => entry.signOff === definition.id && entry.person.id === person.id),
  );
}
