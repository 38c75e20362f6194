import type { Config } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import { type Policy, RIGHTS } from "#src/release/policy";

const HOUR_MS = 3_600_000;

/** All services of golive.yaml with their ids, in the order of the file. */
export function listServices(config: Config): ServiceConfig[] {
  return Object.entries(config.golive.services).map(([id, service]) => ({ id, ...service }));
}

/**
 * The policy of one service. Its text is hashed and sign-offs are bound to the hash, so it names only the roles that this
 * service uses: editing somebody else's role must void nothing here.
 */
export function toPolicy(config: Config, service: ServiceConfig): Policy {
  const used = new Set([
    ...RIGHTS.flatMap((right) => service.rights[right]),
    ...service.policy.break_glass,
    service.policy.first_go_live,
    ...config.checklist.sign_offs.map((signOff) => signOff.role),
  ]);
  return {
    roles: Object.fromEntries(
      Object.entries(config.golive.roles)
        .filter(([role]) => used.has(role))
        .map(([role, { users, groups }]) => [role, { users, groups }]),
    ),
    rights: service.rights,
    requesterMaySign: service.policy.requester_may_sign,
    onePersonManyRoles: service.policy.one_person_many_roles,
    breakGlass: service.policy.break_glass,
    firstGoLiveRole: service.policy.first_go_live,
    waiverMaxMs: service.policy.waiver_max_hours * HOUR_MS,
    freezeWindows: service.freeze_windows.map((window) => ({
      name: window.name,
      from: Date.parse(window.from),
      to: Date.parse(window.to),
    })),
  };
}
