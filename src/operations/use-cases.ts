import type { OperationKind } from "#src/operations/operation";
import type { ProposalEvent } from "#src/operations/proposals/events";
import type { ProposalState } from "#src/operations/proposals/state";
import type { AgendaState, OperationState } from "#src/operations/state";
import type { Person, RoleMembers } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";

/** What came of an intent. JSON, since a redelivery is answered with the stored one. `id`: of the operation or proposal. */
export type OperationDecided =
  | { readonly ok: true; readonly id: string; readonly events: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Who acts, with the roles as resolved at the click. */
type By = { readonly actor: Person; readonly members: RoleMembers };

/** Everything that can be asked of what runs by the clock. `key`: intake key; null: no deduplication. */
export interface OperationUseCases {
  agenda(service: string): Promise<AgendaState>;
  operation(id: string): Promise<OperationState | null>;
  /** A person wants one now. Right `start`. Refused while one of the kind is open. */
  request(service: string, kind: OperationKind, key: string | null, by: By): Promise<OperationDecided>;
  /** A step of a SOP card was begun, or done. Any member. */
  step(
    operation: string,
    key: string | null,
    step: By & { readonly card: string; readonly step: string; readonly done: boolean; readonly note: string },
  ): Promise<OperationDecided>;
}

/** A proposal before it has a number: what a search or a refresh found. */
export type ProposalDraft = Pick<
  Extract<ProposalEvent, { type: "proposal-made" }>,
  "kind" | "title" | "operation" | "base" | "changes" | "evidence" | "needsRun"
>;

export interface ProposalUseCases {
  proposal(id: string): Promise<ProposalState | null>;
  /** Open ones of a service, oldest first. */
  open(service: string): Promise<readonly ProposalState[]>;
  /**
   * Proposes it, unless the same evidence (its digest) was proposed for the same base already: then it returns that one, whatever became of
   * it. Made anew is one that failed, that expired, or whose base is live again after it was not. Refused while the same changes of the same base
   * were declined within eight weeks. An older open proposal of the same kind becomes stale. `by`: the person who proposes it, with the right
   * `start`; left out: Golive does.
   */
  propose(service: string, draft: ProposalDraft, by?: Person): Promise<OperationDecided>;
  act(
    proposal: string,
    key: string | null,
    intent: (By & { readonly type: "accept" }) | (By & { readonly type: "decline"; readonly reason: string }),
  ): Promise<OperationDecided>;
}
