import type { RoleId, RoleText } from "#src/release/people";

export const RIGHTS = ["start", "cancel", "cutover", "waive", "rollback", "canary", "unlock", "mute"] as const;
export type Right = (typeof RIGHTS)[number];

/** Milliseconds since the epoch, UTC. The pure rooms never read a clock; `now` is an argument. */
export type Instant = number;

/** A time in which nothing goes live. Bounds in epoch milliseconds, end exclusive. */
export type FreezeWindow = { readonly name: string; readonly from: Instant; readonly to: Instant };

/** Who may do what, and under which rules sign-offs count. This is the policy's *text*: members are resolved at the click. */
export type Policy = {
  readonly roles: Readonly<Record<RoleId, RoleText>>;
  readonly rights: Readonly<Record<Right, readonly RoleId[]>>;
  readonly requesterMaySign: boolean;
  readonly onePersonManyRoles: boolean;
  /**
   * The role of the extra sign-off that a first go-live asks for. Name a role of its own to make it another person.
   */
  readonly firstGoLiveRole: RoleId;
  /** Who may lift somebody else's veto in an emergency, and how many of them it takes without a typed reason. */
  readonly breakGlass: readonly RoleId[];
  readonly waiverMaxMs: number;
  readonly freezeWindows: readonly FreezeWindow[];
};
