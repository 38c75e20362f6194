import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { proposalJson, proposalLine, proposalText } from "#src/cli/proposal-text";
import { printRefusal } from "#src/cli/refusal";
import type { ProposalState } from "#src/operations/proposals/state";

export type ProposalFlags = {
  readonly service?: string;
  readonly as?: string;
  readonly reason?: string;
  readonly json?: boolean;
};

/** The open proposals of a service. Takes no right. */
export async function listProposals(io: Io, flags: ProposalFlags): Promise<ExitCode> {
  return withCore(io, opening(flags), async ({ core, service }) => {
    const open = await core.proposals.open(service.id);
    if (flags.json === true) printJson(io, { ok: true, service: service.id, proposals: open.map(proposalJson) });
    else
      void io.out(
        open.length === 0 ? `${service.id} has no open proposal.\n` : `${open.map(proposalLine).join("\n")}\n`,
      );
    return EXIT.pass;
  });
}

/** One proposal, whatever became of it. Takes no right. */
export async function showProposal(io: Io, id: string, flags: ProposalFlags): Promise<ExitCode> {
  return withCore(io, opening(flags), async (session) => report(io, flags, await proposalOf(session, id)));
}

/** Accepts, or declines with a reason; then where it stands. What everybody has accepted, the running bot carries out. */
export async function decideProposal(
  io: Io,
  id: string,
  flags: ProposalFlags,
  what: "accept" | "decline",
): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, opening(flags), async (session) => {
    const { core } = session;
    const proposal = await proposalOf(session, id);
    const who = await resolveActor(core, user);
    const intent =
      what === "accept"
        ? ({ type: "accept", ...who } as const)
        : ({ type: "decline", ...who, reason: flags.reason ?? "" } as const);
    const decided = await core.proposals.act(proposal.id, null, intent);
    if (!decided.ok) {
      return printRefusal(io, decided.refusal, { json: flags.json === true, withSlack: session.withSlack });
    }
    const after = await proposalOf(session, proposal.id);
    if (after.agreed !== null && after.ended === null) {
      io.err("Everybody has accepted. The running bot carries it out; `golive proposal show` says how it went.\n");
    }
    return report(io, flags, after);
  });
}

/** By its id, or by the number of an open one. */
async function proposalOf({ core, service }: Session, id: string): Promise<ProposalState> {
  const numbered = /^#?(\d+)$/.exec(id)?.[1];
  const open = numbered === undefined ? [] : await core.proposals.open(service.id);
  const found = open.find(({ number }) => String(number) === numbered) ?? (await core.proposals.proposal(id));
  if (found !== null && found.service === service.id) return found;
  throw new CliError(
    `There is no proposal ${id} of ${service.id}, so nothing was done. \`golive proposal list\` shows the open ones.`,
    EXIT.failed,
  );
}

function report(io: Io, { json }: ProposalFlags, proposal: ProposalState): ExitCode {
  if (json === true) printJson(io, { ok: true, proposal: proposalJson(proposal) });
  else void io.out(proposalText(proposal));
  return EXIT.pass;
}

const opening = ({ service }: ProposalFlags) => ({ service, withoutSlackIfAway: true });
