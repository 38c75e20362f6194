import type { JobRequest, Post } from "#src/journal/journal";
import type { ProposalEvent } from "#src/operations/proposals/events";
import type { ProposalNote } from "#src/operations/proposals/notes";
import type { ProposalState } from "#src/operations/proposals/state";
import type { Recorded } from "#src/release/events";

export type ProposalConsequences = {
  readonly jobs: readonly JobRequest[];
  readonly repaint: readonly string[];
  readonly posts: readonly Post[];
};

/**
 * What follows from facts of one proposal that were just decided: its message is painted again, its thread is told, and one that everybody has
 * accepted is carried out. Keys and causes are made of stream and version: the same facts never cause anything twice.
 */
export function consequencesOfProposal(
  after: ProposalState,
  facts: readonly Recorded<ProposalEvent>[],
): ProposalConsequences {
  if (facts.length === 0) return { jobs: [], repaint: [], posts: [] };
  return {
    jobs: facts.flatMap((fact) => jobsOf(after, fact)),
    repaint: [after.id],
    posts: facts.flatMap((fact): Post[] => {
      const note = noteOf(after, fact);
      if (note === null) return [];
      const key = `${fact.stream}/${fact.version}/${note.kind}`;
      return [{ key, to: { kind: "thread", subject: after.id }, note }];
    }),
  };
}

function jobsOf({ id, service }: ProposalState, { event, stream, version }: Recorded<ProposalEvent>): JobRequest[] {
  if (event.type !== "proposal-accepted" || !event.complete) return [];
  return [{ queue: "apply-proposal", cause: `${stream}/${version}`, data: { service, proposal: id } }];
}

function noteOf(after: ProposalState, { event, by }: Recorded<ProposalEvent>): ProposalNote | null {
  switch (event.type) {
    case "proposal-made":
      return null;
    case "proposal-accepted":
      return { kind: "proposal-accepted", by, role: event.role, complete: event.complete };
    case "proposal-written":
      return { kind: "proposal-written", config: event.config };
    case "proposal-declined":
    case "proposal-stale":
    case "proposal-expired":
    case "proposal-released":
    case "proposal-left-to-people":
    case "proposal-failed": {
      const { number, kind, ended } = after;
      if (ended === null) return null;
      return { kind: "proposal-ended", number, about: kind, as: ended.as, says: ended.says, by };
    }
  }
}
