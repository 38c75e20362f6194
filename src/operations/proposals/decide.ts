import { acceptedAs, mayAccept, openRoles, rolesFor } from "#src/operations/proposals/approvals";
import {
  acceptThese,
  ending,
  NOTHING_NEW,
  onAgenda,
  onProposal,
  type ProposalAuthored,
  type ProposalDecision,
  refuseThis,
} from "#src/operations/proposals/decision";
import type { ProposalIntent } from "#src/operations/proposals/intents";
import { staleBecause } from "#src/operations/proposals/stale";
import type { ProposalState } from "#src/operations/proposals/state";
import type { AgendaState } from "#src/operations/state";
import type { Instant } from "#src/release/policy";
import { peopleOf, refuseRight, refuseRoles, unresolvedOf } from "#src/release/rights";
import { unreachable } from "#src/release/unreachable";
import { isReason, REASON_MIN } from "#src/release/wording";

type Of<T extends ProposalIntent["type"]> = Extract<ProposalIntent, { type: T }>;
/** What making one sees of its service: how many there were, and those that are open. */
export type Before = Pick<AgendaState, "proposalCount"> & { readonly open: readonly ProposalState[] };

/**
 * Which facts an intent about a proposal may cause. `proposal`: the one that it is about; null: its stream is empty. The facts are to be
 * appended all or none, in their order.
 */
export function decideProposal(
  before: Before,
  proposal: ProposalState | null,
  intent: ProposalIntent,
  now: Instant,
): ProposalDecision {
  if (intent.type === "make") return proposal === null ? make(before, intent) : NOTHING_NEW;
  if (proposal === null) return refuseThis({ kind: "no-proposal" });
  switch (intent.type) {
    case "accept":
      return refuseEnded(proposal, now) ?? accept(proposal, intent);
    case "decline":
      return refuseEnded(proposal, now) ?? decline(proposal, intent);
    case "look":
      return look(proposal, intent, now);
    case "written":
    case "released":
    case "left":
    case "failed":
      return carryOut(proposal, intent);
    default:
      return unreachable(intent);
  }
}

/** The newer evidence counts: an older one of the same kind can't be accepted any more. What everybody accepted goes its way. */
function make({ open, proposalCount }: Before, { type, by, ...facts }: Of<"make">): ProposalDecision {
  const refused =
    by === undefined ? null : refuseRight(facts.rights, "start", by, facts.members, "propose a change of what is live");
  if (refused !== null) return refuseThis(refused);
  const number = proposalCount + 1;
  const { service, proposal, kind, title } = facts;
  const because = `Proposal #${number} of the same kind was made from newer evidence.`;
  const older = open
    .filter((each) => each.kind === kind && each.agreed === null)
    .flatMap((each) => ending(each, { type: "proposal-stale", because }));
  return acceptThese(
    ...older,
    onAgenda(service, { type: "proposal-opened", proposal, number, kind, title }, by),
    onProposal(proposal, { type: "proposal-made", ...facts, number }, by),
  );
}

/** One that is over takes no decision; one whose time is over is over from now on. */
function refuseEnded(proposal: ProposalState, now: Instant): ProposalDecision | null {
  const { number, ended, agreed, expires } = proposal;
  if (ended !== null) return refuseThis({ kind: "proposal-ended", number, as: ended.as, says: ended.says });
  if (agreed !== null || now < expires) return null;
  const says = "Nobody decided in time.";
  return refuseThis({ kind: "proposal-ended", number, as: "expired", says }, expired(proposal));
}

const expired = (proposal: ProposalState): readonly ProposalAuthored[] =>
  ending(proposal, { type: "proposal-expired" });

const ACCEPTING = "accepting a proposal";

function accept(proposal: ProposalState, { actor, members, live }: Of<"accept">): ProposalDecision {
  const { number, approvers } = proposal;
  const refused = refuseRoles(approvers, ACCEPTING, actor, members, "accept a proposal");
  if (refused !== null) return refuseThis(refused);
  if (proposal.agreed !== null) return NOTHING_NEW;
  // Who still counts among those who accepted before can't be guessed.
  const unresolved = unresolvedOf(members, approvers);
  if (unresolved.length > 0) return refuseThis({ kind: "role-unresolved", roles: unresolved });
  const because = staleBecause(proposal, live);
  if (because !== null) {
    return refuseThis(
      { kind: "proposal-stale", number, because },
      ending(proposal, { type: "proposal-stale", because }),
    );
  }
  const open = openRoles(proposal, members);
  const roles = rolesFor(proposal, members, actor.id);
  if (roles.length === 0) {
    const kind = acceptedAs(proposal, members, actor.id) === null ? "acceptance-not-needed" : "already-accepted";
    return refuseThis({ kind, number, roles: open, who: mayAccept(proposal, members) });
  }
  return acceptThese(
    ...roles.map((role, index) => {
      const ids = peopleOf(members, [role]).map(({ id }) => id);
      const complete = open.length === roles.length && index === roles.length - 1;
      return onProposal(proposal.id, { type: "proposal-accepted", role, members: ids, complete }, actor);
    }),
  );
}

function decline(proposal: ProposalState, { actor, members, reason }: Of<"decline">): ProposalDecision {
  const refused = refuseRoles(proposal.approvers, "declining a proposal", actor, members, "decline a proposal");
  if (refused !== null) return refuseThis(refused);
  if (proposal.agreed !== null) {
    const what = `Everybody who has to has accepted proposal #${proposal.number}, and it is being carried out`;
    return refuseThis({ kind: "too-late", what, of: "proposal" });
  }
  if (!isReason(reason)) {
    const what = `To decline a proposal takes a reason of at least ${REASON_MIN} characters`;
    return refuseThis({ kind: "reason-needed", what });
  }
  return acceptThese(...ending(proposal, { type: "proposal-declined", reason: reason.trim() }, actor));
}

function look(proposal: ProposalState, { live }: Of<"look">, now: Instant): ProposalDecision {
  const { ended, agreed, expires, written } = proposal;
  // What is written stands in the store: it is released or left to people, and never said to be nothing.
  if (ended !== null || written !== null) return NOTHING_NEW;
  if (agreed === null && now >= expires) return acceptThese(...expired(proposal));
  const because = staleBecause(proposal, live);
  return because === null ? NOTHING_NEW : acceptThese(...ending(proposal, { type: "proposal-stale", because }));
}

/** Done twice after a crash, a step is one fact. */
function carryOut(
  proposal: ProposalState,
  intent: Of<"written"> | Of<"released"> | Of<"left"> | Of<"failed">,
): ProposalDecision {
  if (proposal.ended !== null || proposal.agreed === null) return NOTHING_NEW;
  switch (intent.type) {
    case "written": {
      const { config, digest } = intent;
      return proposal.written === null
        ? acceptThese(onProposal(proposal.id, { type: "proposal-written", config, digest }))
        : NOTHING_NEW;
    }
    case "released":
      return acceptThese(...ending(proposal, { type: "proposal-released", release: intent.release }));
    case "left":
      return acceptThese(...ending(proposal, { type: "proposal-left-to-people", says: intent.says }));
    case "failed":
      return acceptThese(...ending(proposal, { type: "proposal-failed", says: intent.says }));
    default:
      return unreachable(intent);
  }
}
