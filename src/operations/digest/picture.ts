import type { CanaryView } from "#src/canary/watch/view";
import type { SloNews } from "#src/operations/digest/slo-news";
import type { OperationKind } from "#src/operations/operation";
import type { ProposalState } from "#src/operations/proposals/state";
import type { AgendaState, OperationState } from "#src/operations/state";
import type { Pair, Recorded } from "#src/release/events";
import type { RoleId, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";
import type { ServiceState } from "#src/release/state";
import type { ReleaseView } from "#src/release/view";
import type { RollbackView } from "#src/rollback/view";

/** Something that could not be read: what, and why in a sentence. */
export type Unread = { readonly what: string; readonly why: string };

/** A SOP card that a run posted, in outline. `owner`: a role. */
export type CardOutline = {
  readonly id: string;
  readonly title: string;
  readonly owner: RoleId;
  readonly steps: readonly { readonly id: string; readonly title: string }[];
};
export type CardedRun = {
  readonly run: Pick<OperationState, "id" | "steps" | "finished">;
  readonly cards: readonly CardOutline[];
};

/** The parts that are read, each on its own: what fails is null and stands in `unread`. */
export type PictureParts = {
  readonly state: ServiceState | null;
  /** What answers, straight from the RAG store; null: nothing does, or it could not be read. */
  readonly live: Pair | null;
  /** The service's stream and that of its agenda, in order. */
  readonly facts: { readonly service: readonly Recorded[]; readonly agenda: readonly Recorded[] } | null;
  /** The open ones, else the newest; null: there is none, or it could not be read. */
  readonly release: ReleaseView | null;
  readonly canary: CanaryView | null;
  readonly rollback: RollbackView | null;
  readonly agenda: AgendaState | null;
  /** Open ones, oldest first. */
  readonly proposals: readonly ProposalState[];
  /** Runs whose SOP cards people may still be working on, newest first. */
  readonly carded: readonly CardedRun[];
  readonly slos: readonly SloNews[];
  readonly next: readonly { readonly kind: OperationKind; readonly at: Instant }[];
  /** Roles as resolved now. */
  readonly members: RoleMembers;
};

/** Everything that is known of a service at one moment, for the digest and for App Home. */
export type ServicePicture = PictureParts & {
  readonly service: string;
  readonly channel: string;
  readonly policy: Policy;
  readonly unread: readonly Unread[];
};
