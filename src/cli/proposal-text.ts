import { iso, utc } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";
import { openRoles } from "#src/operations/proposals/approvals";
import type { ProposalState } from "#src/operations/proposals/state";
import { ENDED, sayChange, sayFigure, whatAcceptingDoes } from "#src/operations/proposals/words";
import { listOf } from "#src/release/wording";

/** One line for a proposal: which, where it stands, what it is about. */
export function proposalLine(proposal: ProposalState): string {
  return wrap(`${proposal.id}  #${proposal.number}  `, `${standing(proposal)}: ${proposal.title}`).join("\n");
}

function standing(proposal: ProposalState): string {
  const { ended, agreed, members } = proposal;
  if (ended !== null) return ENDED[ended.as];
  return agreed === null ? `waits for ${listOf(openRoles(proposal, members))}` : "accepted, being carried out";
}

/** All of a proposal for a terminal of 100 columns. Ends with a line break. */
export function proposalText(proposal: ProposalState): string {
  const { base, evidence, changes, accepted, ended, expires } = proposal;
  const lines = [
    proposalLine(proposal),
    ...(ended === null ? [] : wrap("", `${utc(ended.at)} by ${ended.by.name}: ${ended.says}`)),
    "",
    `Changes of ${base.config}, live on ${base.run}:`,
    ...changes.flatMap((change) => wrap("  ", sayChange(change), 4)),
    "",
    "Evidence:",
    ...wrap("  ", evidence.summary, 2),
    ...evidence.figures.flatMap((figure) => wrap("  ", sayFigure(figure), 4)),
    ...wrap("  ", `better: ${evidence.better.join(", ") || "none"}`, 4),
    ...wrap("  ", `worse: ${evidence.worse.join(", ") || "none"}`, 4),
    ...wrap("  ", evidence.how, 2),
    ...evidence.cautions.flatMap((text) => wrap("  caution: ", text, 4)),
    "",
    ...accepted.map(({ role, by, at }) => `accepted as ${role} by ${by.name}, ${utc(at)}`),
    ...(ended === null ? [...wrap("", whatAcceptingDoes(proposal)), `waits until ${utc(expires)}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** The one JSON document of a proposal. Times are ISO 8601 UTC. */
export function proposalJson(proposal: ProposalState) {
  const { id, number, service, kind, title, operation, base, changes, evidence, needsRun, approvers } = proposal;
  const { ended, accepted, members, written, release, madeAt, expires } = proposal;
  return {
    id,
    number,
    service,
    kind,
    title,
    operation,
    base,
    changes,
    evidence,
    needs_run: needsRun,
    approvers,
    waits_for: ended === null && proposal.agreed === null ? openRoles(proposal, members) : [],
    accepted: accepted.map(({ role, by, at }) => ({ role, by: by.id, at: iso(at) })),
    config: written?.config ?? null,
    release,
    ended: ended === null ? null : { as: ended.as, says: ended.says, by: ended.by.id, at: iso(ended.at) },
    made_at: iso(madeAt),
    expires_at: iso(expires),
  };
}
