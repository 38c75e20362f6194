import type { Person, RoleMembers } from "#src/release/people";
import type { Outcome, PersonIntent } from "#src/release/use-cases";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { Doer } from "#src/slack/listeners/payloads";

/**
 * The person, asked now, and all roles; `fresh`: those too asked now, for what can't be taken back. Throws `IdentityError`
 * when Slack doesn't say who it is.
 */
export async function resolve(
  deps: ListenerDeps,
  by: Doer,
  options: { readonly fresh?: boolean } = {},
): Promise<{ actor: Person; members: RoleMembers }> {
  const { identity } = deps;
  const [actor, members] = await Promise.all([identity.person(by.user, by.team), identity.members(options)]);
  return { actor, members };
}

/** Decides one intent of a person inside a release. Authority comes from `by` alone, resolved at this moment. */
export async function act(
  deps: ListenerDeps,
  request: {
    readonly by: Doer;
    readonly release: string;
    readonly key: string;
    readonly fresh?: boolean;
    readonly intent: (who: { actor: Person; members: RoleMembers }) => PersonIntent;
  },
): Promise<Outcome> {
  const who = await resolve(deps, request.by, { fresh: request.fresh ?? false });
  return deps.useCases.actOnRelease(request.release, request.key, request.intent(who));
}
