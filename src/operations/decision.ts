import { type AgendaEvent, agendaStream, type OperationEvent, operationStream } from "#src/operations/events";
import { GOLIVE, type Person } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";

/** A fact that a decision causes: of a service's agenda, or of one run. */
export type OperationAuthored =
  | { readonly to: "agenda"; readonly stream: string; readonly by: Person; readonly event: AgendaEvent }
  | { readonly to: "operation"; readonly stream: string; readonly by: Person; readonly event: OperationEvent };

/** Facts to append in this order, all or none; or why not. */
export type OperationDecision =
  | { readonly ok: true; readonly events: readonly OperationAuthored[] }
  | { readonly ok: false; readonly refusal: Refusal };

export const NOTHING_DUE: OperationDecision = { ok: true, events: [] };

export const acceptAll = (...events: readonly OperationAuthored[]): OperationDecision => ({ ok: true, events });

export const refuseIt = (refusal: Refusal): OperationDecision => ({ ok: false, refusal });

/** A fact of a service's agenda; Golive is the author unless a person caused it. */
export const onAgenda = (service: string, event: AgendaEvent, by: Person = GOLIVE): OperationAuthored => ({
  to: "agenda",
  stream: agendaStream(service),
  by,
  event,
});

/** A fact of a run; Golive is the author unless a person caused it. */
export const onOperation = (operation: string, event: OperationEvent, by: Person = GOLIVE): OperationAuthored => ({
  to: "operation",
  stream: operationStream(operation),
  by,
  event,
});
