import type { AgendaEvent } from "#src/operations/events";
import type { AgendaState } from "#src/operations/state";
import type { Recorded } from "#src/release/events";

/** What a service's agenda says about its proposals. */
export type OpenProposals = Pick<AgendaState, "proposals" | "proposalCount">;

export const NO_PROPOSALS: OpenProposals = { proposals: [], proposalCount: 0 };

/** The same after one more fact of the agenda; facts about anything else change nothing. */
export function evolveOpenProposals(state: OpenProposals, { event, at }: Recorded<AgendaEvent>): OpenProposals {
  switch (event.type) {
    case "proposal-opened": {
      const { type, ...opened } = event;
      return { proposals: [...state.proposals, { ...opened, at }], proposalCount: event.number };
    }
    case "proposal-closed":
      return { ...state, proposals: state.proposals.filter(({ proposal }) => proposal !== event.proposal) };
    default:
      return state;
  }
}
