import { type AgendaEvent, agendaStream } from "#src/operations/events";
import { type ProposalEnd, type ProposalEvent, proposalStream } from "#src/operations/proposals/events";
import { GOLIVE, type Person } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";

/** A fact that a decision about a proposal causes: of the proposal, or of its service's agenda. */
export type ProposalAuthored =
  | { readonly to: "proposal"; readonly stream: string; readonly by: Person; readonly event: ProposalEvent }
  | { readonly to: "agenda"; readonly stream: string; readonly by: Person; readonly event: AgendaEvent };

/**
 * Facts to append in this order, all or none. A refusal may come with facts too: what was found out while refusing (the base changed, the time
 * is over) is journalled with it.
 */
export type ProposalDecision =
  | { readonly ok: true; readonly events: readonly ProposalAuthored[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly events: readonly ProposalAuthored[] };

export const NOTHING_NEW: ProposalDecision = { ok: true, events: [] };

export const acceptThese = (...events: readonly ProposalAuthored[]): ProposalDecision => ({ ok: true, events });

export const refuseThis = (refusal: Refusal, events: readonly ProposalAuthored[] = []): ProposalDecision => ({
  ok: false,
  refusal,
  events,
});

/** A fact of a proposal; Golive is the author unless a person caused it. */
export const onProposal = (proposal: string, event: ProposalEvent, by: Person = GOLIVE): ProposalAuthored => ({
  to: "proposal",
  stream: proposalStream(proposal),
  by,
  event,
});

export const onAgenda = (service: string, event: AgendaEvent, by: Person = GOLIVE): ProposalAuthored => ({
  to: "agenda",
  stream: agendaStream(service),
  by,
  event,
});

type Ending = Extract<
  ProposalEvent,
  {
    type:
      | "proposal-declined"
      | "proposal-stale"
      | "proposal-expired"
      | "proposal-released"
      | "proposal-left-to-people"
      | "proposal-failed";
  }
>;

const ENDS: Readonly<Record<Ending["type"], ProposalEnd>> = {
  "proposal-declined": "declined",
  "proposal-stale": "stale",
  "proposal-expired": "expired",
  "proposal-released": "released",
  "proposal-left-to-people": "accepted",
  "proposal-failed": "failed",
};

/** The fact that ends a proposal, and that it is open no longer: always together. */
export const ending = (
  { id, service }: { readonly id: string; readonly service: string },
  event: Ending,
  by: Person = GOLIVE,
): readonly ProposalAuthored[] => [
  onProposal(id, event, by),
  onAgenda(service, { type: "proposal-closed", proposal: id, as: ENDS[event.type] }, by),
];
