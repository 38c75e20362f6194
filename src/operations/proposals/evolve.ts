import type { ProposalEvent } from "#src/operations/proposals/events";
import type { ProposalState } from "#src/operations/proposals/state";
import type { Recorded } from "#src/release/events";
import { unreachable } from "#src/release/unreachable";

/** The proposal after one more fact. Its stream begins with `proposal-made` and has it once; anything else throws. */
export function evolveProposal(state: ProposalState | null, recorded: Recorded<ProposalEvent>): ProposalState {
  const { event, at, version } = recorded;
  if (event.type === "proposal-made") {
    if (state !== null) throw new Error(`${recorded.stream} is made twice: again at version ${version}`);
    const { proposal, type, ...rest } = event;
    return {
      ...rest,
      id: proposal,
      madeAt: at,
      accepted: [],
      agreed: null,
      written: null,
      release: null,
      ended: null,
      version,
    };
  }
  if (state === null) throw new Error(`${recorded.stream} begins with ${event.type} instead of proposal-made`);
  return { ...state, ...changesOf(state, recorded, event), version };
}

function changesOf(
  state: ProposalState,
  { by, at }: Recorded<ProposalEvent>,
  event: Exclude<ProposalEvent, { type: "proposal-made" }>,
): Partial<ProposalState> {
  const ended = (as: NonNullable<ProposalState["ended"]>["as"], says: string): Partial<ProposalState> => ({
    ended: { as, says, by, at },
  });
  switch (event.type) {
    case "proposal-accepted": {
      const { role, complete } = event;
      // Whoever accepted for this role before has left it since: else nobody could have accepted for it again.
      const others = state.accepted.filter((each) => each.role !== role);
      return { accepted: [...others, { role, by, at }], agreed: complete ? { by, at } : state.agreed };
    }
    case "proposal-declined":
      return ended("declined", event.reason);
    case "proposal-stale":
      return ended("stale", event.because);
    case "proposal-expired":
      return ended("expired", "Nobody decided in time.");
    case "proposal-written":
      return { written: { config: event.config, digest: event.digest, at } };
    case "proposal-released":
      return { release: event.release, ...ended("released", `Its go-live was opened: ${event.release}.`) };
    case "proposal-left-to-people":
      return ended("accepted", event.says);
    case "proposal-failed":
      return ended("failed", event.says);
    default:
      return unreachable(event);
  }
}

/** Folds a proposal's stream. Null for an empty one. */
export function foldProposal(events: Iterable<Recorded<ProposalEvent>>): ProposalState | null {
  let state: ProposalState | null = null;
  for (const recorded of events) state = evolveProposal(state, recorded);
  return state;
}
