import type { Command } from "commander";
import type { ProposalFlags } from "#src/cli/proposal-acts";
import type { Register } from "#src/cli/register";

export const registerProposal: Register = (program, io, finish) => {
  const proposal = program
    .command("proposal")
    .description("what Golive proposes to change: the same rules as in Slack");
  const common = (command: Command): Command =>
    command
      .option("--service <id>", "which service (default: the only one)")
      .option("--json", "one JSON document on stdout");
  const acts = () => import("#src/cli/proposal-acts");

  common(proposal.command("list"))
    .description("the open ones")
    .action(async (flags: ProposalFlags) => finish(await (await acts()).listProposals(io, flags)));
  common(proposal.command("show <proposal>"))
    .description("what it changes, its evidence, and how it stands: by id, or by the number of an open one")
    .action(async (id: string, flags: ProposalFlags) => finish(await (await acts()).showProposal(io, id, flags)));
  common(proposal.command("accept <proposal>"))
    .description("accept it; once one person of each approver role has, its version is written and its go-live opened")
    .option("--as <user>", "your Slack user id")
    .action(async (id: string, flags: ProposalFlags) =>
      finish(await (await acts()).decideProposal(io, id, flags, "accept")),
    );
  common(proposal.command("decline <proposal>"))
    .description("end it; nothing is written")
    .option("--as <user>", "your Slack user id")
    .requiredOption("--reason <text>", "why; it stays in the audit trail")
    .action(async (id: string, flags: ProposalFlags) =>
      finish(await (await acts()).decideProposal(io, id, flags, "decline")),
    );
};
