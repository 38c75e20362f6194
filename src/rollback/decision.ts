import type { Authored } from "#src/release/decision";
import { GOLIVE, type Person } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";
import { type RollbackEvent, rollbackStream } from "#src/rollback/events";

/** A fact that a decision about a rollback causes: of the rollback, of its service, or of the release that it ends. */
export type RollbackAuthored =
  | Authored
  | { readonly to: "rollback"; readonly stream: string; readonly by: Person; readonly event: RollbackEvent };

/** Facts to append in this order, all or none; or why not. */
export type RollbackDecision =
  | { readonly ok: true; readonly events: readonly RollbackAuthored[] }
  | { readonly ok: false; readonly refusal: Refusal };

export const NO_CHANGE: RollbackDecision = { ok: true, events: [] };

export const acceptAll = (...events: readonly RollbackAuthored[]): RollbackDecision => ({ ok: true, events });

export const refuseIt = (refusal: Refusal): RollbackDecision => ({ ok: false, refusal });

/** A fact of a rollback; Golive is the author unless a person caused it. */
export const onRollback = (
  rollback: { readonly id: string },
  event: RollbackEvent,
  by: Person = GOLIVE,
): RollbackAuthored => ({ to: "rollback", stream: rollbackStream(rollback.id), by, event });
