import type { ProposalState } from "#src/operations/proposals/state";

/** What somebody types to open the go-live of a proposal's configuration version themselves. */
export function startByHand(
  { service, base, needsRun }: Pick<ProposalState, "service" | "base" | "needsRun">,
  config: string,
): string {
  return `\`/golive start ${service} ${needsRun ? "RUN" : base.run} ${config}\``;
}
