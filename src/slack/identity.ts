import { setTimeout } from "node:timers/promises";
import PQueue from "p-queue";
import type { Log } from "#src/log";
import type { Person, RoleId, RoleMembers, RoleText } from "#src/release/people";
import type { Identity } from "#src/release/use-cases";
import { coalesce } from "#src/slack/coalesce";
import { type Directory, toPerson } from "#src/slack/directory";
import { IdentityError } from "#src/slack/identity-error";
import { keepAnswers } from "#src/slack/keep-answers";
import { SlackError } from "#src/slack/slack-error";

export type IdentityOptions = {
  readonly directory: Directory;
  /** Our own team, from `auth.test`. */
  readonly team: string;
  readonly roles: Readonly<Record<RoleId, RoleText>>;
  /** Machine clock, epoch milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** Waits in machine time, milliseconds; injected by tests. */
  readonly wait?: (ms: number) => Promise<void>;
};

/** Who people are, as Slack knows them. */
export interface SlackIdentity extends Identity {
  /** Slack told that this person changed, or (without an id) that some role's people did. */
  forget(user?: string): void;
}

const NAME_KEPT_MS = 5 * 60_000;
const NAMES_KEPT = 500;
/** A role of a hundred people must not open a hundred connections. */
const LOOKUPS_AT_ONCE = 20;
/**
 * 120 a second. A crowd of clicks shares lookups instead of starting its own, which cost more of the processor than all
 * the deciding. In small portions: whoever waited for the same portion goes on in the same turn of the event loop, and
 * with 25 in 200 ms acknowledgements waited 11 ms for such a crowd (p99), with these 7 ms.
 */
const LOOKUPS_PACE = { intervalCap: 3, interval: 25 };
/** Two clicks this close together are one question to Slack. */
const SHARE_MS = 100;
/**
 * Slack answers `users.info` about a hundred times a minute, `usergroups.users.list` twenty times. Twenty people in the roles of
 * three open releases, looked after twice a minute, would use that up before anybody clicks. Changes are told by events.
 */
const PERSON_KEPT_MS = 60_000;
/** A person is waiting: asked to come back this soon, Slack is asked again instead of losing the click. */
const LONGEST_PAUSE_MS = 2_000;

/**
 * People and roles as Slack has them. Who clicks is asked at each click; who else is in the roles may be known for a minute.
 * Names of strangers (who decide nothing) are kept for five, so that somebody who keeps clicking doesn't use up the lookups.
 */
export function createIdentity(options: IdentityOptions): SlackIdentity {
  const { directory, team, roles, now, log } = options;
  const lookups = new PQueue({ concurrency: LOOKUPS_AT_ONCE, ...LOOKUPS_PACE });
  const sharing = { now, shareMs: SHARE_MS };
  const wait = options.wait ?? ((ms: number) => setTimeout(ms));
  const users = keepAnswers((id) => lookups.add(() => lookUp(id)), { ...sharing, keptMs: PERSON_KEPT_MS });
  const newGroups = () => coalesce((id) => lookups.add(() => directory.groupMembers(id)), sharing);
  let groups = newGroups();
  const names = new Map<string, { readonly name: string; readonly until: number }>();

  async function lookUp(id: string): Promise<Person> {
    try {
      return toPerson(await directory.user(id), team);
    } catch (error) {
      // Slack's clear answer, unlike no answer: there is nobody of that id here.
      if (error instanceof SlackError && error.failure.kind === "unreachable-person") {
        return { id, name: id, kind: "unknown" };
      }
      throw error;
    }
  }

  async function strangersName(id: string): Promise<string> {
    const known = names.get(id);
    if (known !== undefined && known.until > now()) return known.name;
    const name = await users.known(id).then(
      (person) => person.name,
      () => id,
    );
    if (names.size >= NAMES_KEPT) names.clear();
    names.set(id, { name, until: now() + NAME_KEPT_MS });
    return name;
  }

  /** The clicker: asked now, once more after a short pause if Slack wants one. */
  async function clicker(id: string): Promise<Person> {
    try {
      return await users.fresh(id);
    } catch (error) {
      const failure = error instanceof SlackError ? error.failure : null;
      if (failure?.kind !== "rate-limited" || failure.retryAfterMs > LONGEST_PAUSE_MS) throw error;
      await wait(failure.retryAfterMs);
      return users.fresh(id);
    }
  }

  async function membersOf(role: RoleText, how: "known" | "fresh"): Promise<readonly Person[]> {
    // Who is in a group is asked at every decision: two calls or three, and a group is how people are taken off a role.
    const listed = await Promise.all(role.groups.map((group) => groups(group)));
    const ids = [...new Set([...role.users, ...listed.flat()])];
    return Promise.all(ids.map(users[how]));
  }

  const resolver = () => coalesce((how) => resolveRoles(how === "fresh" ? "fresh" : "known"), sharing);
  let resolve = resolver();

  async function resolveRoles(how: "known" | "fresh"): Promise<RoleMembers> {
    const entries = await Promise.all(
      Object.entries(roles).map(async ([role, text]): Promise<[RoleId, readonly Person[]] | null> => {
        try {
          return [role, await membersOf(text, how)];
        } catch (error) {
          // Absent, never empty or half: half a role would void the sign-offs of the other half.
          log.warn({ err: error, role }, "a role could not be resolved");
          return null;
        }
      }),
    );
    return Object.fromEntries(entries.filter((entry) => entry !== null));
  }

  return {
    async person(id, teamOfClick) {
      if (teamOfClick !== team) return { id, name: await strangersName(id), kind: "stranger" };
      try {
        return await clicker(id);
      } catch (error) {
        log.warn({ err: error, user: id }, "Slack did not say who somebody is");
        throw new IdentityError(
          "Slack didn't say who you are just now, so your click was not counted. Nothing changed; please press again.",
          { cause: error },
        );
      }
    },

    members: ({ fresh = false } = {}) => resolve(fresh ? "fresh" : "known"),

    forget(id) {
      users.forget(id);
      groups = newGroups();
      // What is being resolved began with what is forgotten now.
      resolve = resolver();
    },

    async channel(id) {
      try {
        const found = await directory.channel(id);
        if (found.is_archived === true) return "archived";
        if (found.is_member !== true) return "unreachable";
        return found.is_ext_shared === true || found.is_pending_ext_shared === true ? "shared" : "ours";
      } catch (error) {
        if (error instanceof SlackError && error.failure.kind === "unreachable-channel") return "unreachable";
        log.warn({ err: error, channel: id }, "Slack did not describe a channel");
        throw new IdentityError(
          "Slack didn't say whether this channel is shared with another organisation, so nothing was started. Please try again in a minute.",
          { cause: error },
        );
      }
    },
  };
}
