/** What Slack (or a configuration file) says somebody is. Only `member` may decide anything. */
export type PersonKind = "member" | "guest" | "stranger" | "bot" | "deactivated" | "unknown";

/**
 * A person as resolved at the moment of the click: `id` is the Slack user id, `name` what people read. `via`: absent when Slack
 * vouches for who acted; else who did in this person's name, like `root@build-7 on the command line`.
 */
export type Person = { readonly id: string; readonly name: string; readonly kind: PersonKind; readonly via?: string };

/** A role's name in golive.yaml, for example `data-lead`. */
export type RoleId = string;

/** Role → the people it resolved to at one moment. A role that could not be resolved is absent, never empty. */
export type RoleMembers = Readonly<Record<RoleId, readonly Person[]>>;

/** What a role's text says in golive.yaml: Slack user ids and Slack user-group ids. */
export type RoleText = { readonly users: readonly string[]; readonly groups: readonly string[] };

/** Golive itself, as the author of facts that no person caused. */
export const GOLIVE: Person = { id: "golive", name: "Golive", kind: "bot" };

/** Whether this person is somebody whose decision may count at all (rule 2). */
export function mayDecide(person: Person): boolean {
  return person.kind === "member";
}
