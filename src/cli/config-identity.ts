import type { GoliveConfig } from "#src/config/service-config";
import type { Person, RoleMembers } from "#src/release/people";
import type { Identity } from "#src/release/use-cases";

/**
 * People as golive.yaml lists them, for a terminal without Slack. Users named in a role count as members under their id;
 * roles that name user groups can't be resolved without Slack and are absent, so what needs them is refused, not guessed.
 */
export function createConfigIdentity(config: GoliveConfig): Identity {
  const known = new Set(Object.values(config.roles).flatMap((role) => role.users));
  const asPerson = (id: string): Person => ({ id, name: id, kind: known.has(id) ? "member" : "unknown" });
  return {
    async person(user) {
      return asPerson(user);
    },
    async members(): Promise<RoleMembers> {
      const complete = Object.entries(config.roles).filter(([, role]) => role.groups.length === 0);
      return Object.fromEntries(complete.map(([id, role]) => [id, role.users.map(asPerson)]));
    },
    async channel() {
      return "ours";
    },
  };
}
