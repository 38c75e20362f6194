import type { Journal } from "#src/journal/journal";
import { agendaStream } from "#src/operations/events";
import { proposalStream } from "#src/operations/proposals/events";
import { heldBack } from "#src/operations/proposals/held-back";
import type { LiveConfig } from "#src/operations/proposals/intents";
import { mayBeMadeAnew } from "#src/operations/proposals/made-anew";
import { proposalIdOf } from "#src/operations/proposals/proposal-id";
import { staleBecause } from "#src/operations/proposals/stale";
import type { ProposalState } from "#src/operations/proposals/state";
import type { ProposalUseCases } from "#src/operations/use-cases";
import { type DecideProposal, proposalOf } from "#src/operations/use-cases/decide-proposal";
import { agendaOf } from "#src/operations/use-cases/folded";
import type { DomainClock } from "#src/release/clock";
import type { RoleId } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { Identity } from "#src/release/use-cases";

/** What proposals need to know of one service. */
export type ProposingService = {
  readonly channel: string;
  readonly policy: Policy;
  readonly approvers: readonly RoleId[];
  readonly expireMs: number;
  /** What answers now. Throws `RagStoreError`. */
  readonly live: () => Promise<LiveConfig | null>;
};

export type ProposalUseCaseDeps = {
  readonly journal: Pick<Journal, "load">;
  readonly clock: DomainClock;
  readonly decide: DecideProposal;
  readonly identity: Pick<Identity, "members">;
  /** Throws for a service that golive.yaml doesn't name. */
  readonly service: (id: string) => ProposingService;
};

/** `lookAt`: ends what nobody decided in time and what no longer changes what is live. Throws `RagStoreError`. */
export type Proposals = ProposalUseCases & {
  lookAt(service: string): Promise<void>;
};

/** Everything a search, a button, a modal or the command line can ask of proposals. */
export function createProposalUseCases(deps: ProposalUseCaseDeps): Proposals {
  const { journal, clock, decide, identity, service: configured } = deps;
  const load = async (id: string): Promise<ProposalState | null> => proposalOf(await journal.load(proposalStream(id)));
  const open = async (service: string): Promise<readonly ProposalState[]> => {
    const { proposals } = agendaOf(service, await journal.load(agendaStream(service)));
    const states = await Promise.all(proposals.map(({ proposal }) => load(proposal)));
    return states.filter((state) => state !== null);
  };
  /** Those of a service that were declined, the oldest first. */
  const declined = async (service: string): Promise<readonly ProposalState[]> => {
    const facts = (await journal.load(agendaStream(service))).map(({ event }) => event);
    const ids = facts.flatMap((fact) =>
      fact.type === "proposal-closed" && fact.as === "declined" ? [fact.proposal] : [],
    );
    return (await Promise.all(ids.map(load))).filter((state) => state !== null);
  };
  /** The first that may not be made anew. Whoever drafts has just seen the base live, so one that is stale by its base is so no longer. */
  async function firstStanding(service: string, idOf: (attempt: number) => string): Promise<string> {
    const others = await open(service);
    for (let attempt = 1; ; attempt++) {
      const id = idOf(attempt);
      const state = await load(id);
      if (state === null || !mayBeMadeAnew(state, others)) return id;
    }
  }
  return {
    proposal: load,
    open,
    async propose(service, draft, by) {
      const { channel, policy: rights, approvers, expireMs } = configured(service);
      const refused = heldBack(await declined(service), draft, clock.now());
      if (refused !== null) return { ok: false, refusal: refused };
      const proposal = await firstStanding(service, (attempt) =>
        proposalIdOf(service, draft.kind, draft.base, draft.evidence, attempt),
      );
      const members = await identity.members();
      const expires = clock.now() + expireMs;
      const facts = { ...draft, proposal, service, channel, approvers: [...approvers], rights, members, expires };
      return decide(service, proposal, null, { type: "make", ...facts, ...(by === undefined ? {} : { by }) });
    },
    async act(id, key, intent) {
      const state = await load(id);
      if (state === null) return { ok: false, refusal: { kind: "no-proposal" } };
      if (intent.type === "decline") return decide(state.service, id, key, intent);
      return decide(state.service, id, key, { ...intent, live: await configured(state.service).live() });
    },
    async lookAt(service) {
      const states = await open(service);
      if (states.length === 0) return;
      const live = await configured(service).live();
      for (const state of states) {
        // Most looks find nothing, and then nobody's lock is taken.
        const isDue = clock.now() >= state.expires || staleBecause(state, live) !== null;
        if (isDue) await decide(service, state.id, null, { type: "look", live });
      }
    },
  };
}
