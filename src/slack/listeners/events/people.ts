import { z } from "zod";
import { kindOf, parseSlackUser } from "#src/slack/directory";
import type { EventDeps, EventHandler } from "#src/slack/listeners/events/handler";

const userChangeSchema = z.object({ user: z.unknown() });
const groupSchema = z.union([
  z.object({ subteam_id: z.string() }).transform((event) => event.subteam_id),
  z.object({ subteam: z.object({ id: z.string() }) }).transform((event) => event.subteam.id),
]);

/**
 * Somebody's account changed. Slack sends this for every new status emoji too: only a change of what the person *is*
 * (deactivated, guest, back again) in a release that counts on them resolves the roles again.
 */
export const userChanged: EventHandler = async (deps, event) => {
  const user = parseSlackUser(userChangeSchema.safeParse(event).data?.user);
  if (user === null) return;
  deps.identity.forget(user.id);
  const kind = kindOf(user, deps.self.teamId);
  for (const service of Object.keys(deps.config.services)) {
    const view = await deps.useCases.currentRelease(service);
    if (view === null || view.release.ended !== null) continue;
    const known = Object.values(view.release.members)
      .flat()
      .find((person) => person.id === user.id);
    if (known !== undefined ? known.kind !== kind : isNamed(deps, user.id)) await deps.refresh(service);
  }
};

/** A user group has other members now. */
export const groupChanged: EventHandler = async (deps, event) => {
  const group = groupSchema.safeParse(event).data;
  if (group === undefined) return;
  if (!Object.values(deps.config.roles).some((role) => role.groups.includes(group))) return;
  deps.identity.forget();
  for (const service of Object.keys(deps.config.services)) await deps.refresh(service);
};

function isNamed(deps: EventDeps, user: string): boolean {
  return Object.values(deps.config.roles).some((role) => role.users.includes(user));
}
