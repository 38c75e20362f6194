import type { CanaryWatch } from "#src/canary/watch/state";
import type { Person, RoleMembers } from "#src/release/people";
import { holdersOf, peopleOf } from "#src/release/rights";

/**
 * Whom an unanswered breach is told to. `person`: the one that golive.yaml names, else who holds the right `canary`. `role`: the KPI's owner's
 * role and on-call; where nobody is there, who may roll back.
 */
export function escalationTo(
  { response, rights, onCall, breaches }: CanaryWatch,
  kpi: string,
  step: "person" | "role",
  members: RoleMembers,
): readonly Person[] {
  if (step === "person") {
    const { escalateTo } = response;
    return escalateTo === null ? holdersOf(rights, "canary", members) : [named(escalateTo, members)];
  }
  const owner = breaches.find((each) => each.kpi === kpi)?.owner ?? null;
  const people = peopleOf(members, [...(owner === null ? [] : [owner]), ...onCall]);
  return people.length > 0 ? people : holdersOf(rights, "rollback", members);
}

/** Somebody in no role is told all the same: the configuration says so. */
const named = (id: string, members: RoleMembers): Person =>
  Object.values(members)
    .flat()
    .find((person) => person.id === id) ?? { id, name: id, kind: "unknown" };
