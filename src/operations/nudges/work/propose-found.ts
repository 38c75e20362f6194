import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import { type SearchDeps, searchProposals } from "#src/operations/nudges/work/search-proposals";
import type { OperationOrder } from "#src/operations/operation";
import type { ProposalUseCases } from "#src/operations/use-cases";
import { namesFrom, refusalText } from "#src/release/refusal-text";

type Deps = {
  readonly evaluations: Pick<EvaluationStore, "cases" | "run">;
  /** Throws for a service that golive.yaml doesn't name. */
  readonly service: (id: string) => Pick<SearchDeps, "store" | "facts">;
  readonly proposals: Pick<ProposalUseCases, "propose" | "proposal">;
};

/** What the searches on an evaluation came to, a sentence each. What was found is proposed; found again it is the same proposal. */
export type ProposeFound = (
  evaluation: string,
  order: OperationOrder,
  signal: AbortSignal,
) => Promise<readonly string[]>;

/** Throws what the stores throw. */
export function createProposeFound({ evaluations, service, proposals }: Deps): ProposeFound {
  return async (id, order, signal) => {
    const evaluation = await evaluations.run(id);
    if (evaluation === null) return [`Evaluation ${id} is gone: nothing was searched.`];
    const deps = { evaluations, ...service(order.service) };
    const searched = await searchProposals(deps, { evaluation, operation: order.operation, signal });
    const sentences: string[] = [];
    for (const { says, draft } of searched) {
      if (draft === null) {
        sentences.push(says);
        continue;
      }
      const decided = await proposals.propose(order.service, draft);
      if (!decided.ok) {
        sentences.push(`${says} It was not proposed: ${refusalText(decided.refusal, namesFrom(null))}`);
        continue;
      }
      const made = await proposals.proposal(decided.id);
      const already = made?.ended ?? null;
      const as = already === null ? "" : ` It was proposed before, and is ${already.as}: ${already.says}`;
      sentences.push(`Proposal #${made?.number ?? "?"}: ${draft.title}. ${says}${as}`);
    }
    return sentences;
  };
}
