import { type CanaryEvent, canaryStream } from "#src/canary/watch/events";
import type { Authored } from "#src/release/decision";
import { GOLIVE, type Person } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";

/** A fact that a decision about a canary causes: of the canary, or of its service. */
export type CanaryAuthored =
  | Authored
  | { readonly to: "canary"; readonly stream: string; readonly by: Person; readonly event: CanaryEvent };

/** Facts to append in this order, all or none; or why not. */
export type CanaryDecision =
  | { readonly ok: true; readonly events: readonly CanaryAuthored[] }
  | { readonly ok: false; readonly refusal: Refusal };

export const NOTHING_NEW: CanaryDecision = { ok: true, events: [] };

export const acceptThese = (...events: readonly CanaryAuthored[]): CanaryDecision => ({ ok: true, events });

export const refuseThis = (refusal: Refusal): CanaryDecision => ({ ok: false, refusal });

/** A fact of a canary; Golive is the author unless a person caused it. */
export const onCanary = (
  canary: { readonly id: string },
  event: CanaryEvent,
  by: Person = GOLIVE,
): CanaryAuthored & { readonly to: "canary" } => ({ to: "canary", stream: canaryStream(canary.id), by, event });
