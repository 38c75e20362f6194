import type { Journal } from "#src/journal/journal";
import { agendaStream } from "#src/operations/events";
import { consequencesOfProposal } from "#src/operations/proposals/consequences";
import { decideProposal } from "#src/operations/proposals/decide";
import { type ProposalEvent, proposalStream } from "#src/operations/proposals/events";
import { evolveProposal, foldProposal } from "#src/operations/proposals/evolve";
import type { ProposalIntent } from "#src/operations/proposals/intents";
import type { ProposalState } from "#src/operations/proposals/state";
import type { OperationDecided } from "#src/operations/use-cases";
import { agendaOf } from "#src/operations/use-cases/folded";
import type { DomainClock } from "#src/release/clock";
import { type Recorded, serviceStream } from "#src/release/events";
import { record } from "#src/release/use-cases/decide-intent";

/** Decides one intent about a proposal and commits what follows. `key`: the intake key; null means no deduplication. */
export type DecideProposal = (
  service: string,
  proposal: string,
  key: string | null,
  intent: ProposalIntent,
) => Promise<OperationDecided>;

const isOfProposal = (recorded: Recorded): recorded is Recorded<ProposalEvent> =>
  recorded.stream.startsWith(proposalStream(""));

/** A proposal as its stream says it is; null for an empty one. */
export const proposalOf = (stream: readonly Recorded[]): ProposalState | null =>
  foldProposal(stream.filter(isOfProposal));

/**
 * The one way from an intent about a proposal to the journal: under the service's lock, over the streams of the service, its agenda and the
 * proposals that it has open. Throws `JournalError` when the database can't be reached: then nothing was decided.
 */
export function createDecideProposal(deps: { readonly journal: Journal; readonly clock: DomainClock }): DecideProposal {
  const { journal, clock } = deps;
  const openOf = async (service: string): Promise<readonly string[]> =>
    agendaOf(service, await journal.load(agendaStream(service))).proposals.map(({ proposal }) => proposal);

  return async (service, id, key, intent) => {
    for (;;) {
      // Which are open is known for sure under the lock only; what was opened meanwhile has to be loaded too.
      const others = intent.type === "make" ? await openOf(service) : [];
      const outcome = await decideOver(service, id, key, intent, [...new Set([id, ...others])]);
      if (outcome !== "another-opened") return outcome;
    }
  };

  async function decideOver(
    service: string,
    id: string,
    key: string | null,
    intent: ProposalIntent,
    ids: readonly string[],
  ): Promise<OperationDecided | "another-opened"> {
    const streams = [serviceStream(service), agendaStream(service), ...ids.map(proposalStream)];
    let unread = false;
    const { outcome } = await journal.transact<OperationDecided>(service, key, streams, (loaded) => {
      const now = clock.now();
      const agenda = agendaOf(service, loaded.get(agendaStream(service)) ?? []);
      unread = intent.type === "make" && agenda.proposals.some(({ proposal }) => !ids.includes(proposal));
      if (unread) return { outcome: { ok: true, id, events: [] }, events: [], jobs: [], repaint: [], posts: [] };
      const states = new Map(ids.map((each) => [each, proposalOf(loaded.get(proposalStream(each)) ?? [])]));
      const open = [...states.values()].filter((each) => each !== null).filter((each) => each.ended === null);
      const before = { proposalCount: agenda.proposalCount, open };
      const decision = decideProposal(before, states.get(id) ?? null, intent, now);
      const facts = record(decision.events, loaded, now).filter(isOfProposal);
      const caused = ids.flatMap((each) => {
        const own = facts.filter(({ stream }) => stream === proposalStream(each));
        const after = own.reduce(evolveProposal, states.get(each) ?? null);
        return after === null ? [] : [consequencesOfProposal(after, own)];
      });
      return {
        outcome: decision.ok
          ? { ok: true, id, events: decision.events.map(({ event }) => event.type) }
          : { ok: false, refusal: decision.refusal },
        events: decision.events.map(({ stream, by, event }) => ({ stream, by, event, at: now })),
        jobs: caused.flatMap(({ jobs }) => jobs),
        repaint: caused.flatMap(({ repaint }) => repaint),
        posts: caused.flatMap(({ posts }) => posts),
      };
    });
    return unread ? "another-opened" : outcome;
  }
}
