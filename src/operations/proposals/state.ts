import type { ProposalEnd, ProposalEvent } from "#src/operations/proposals/events";
import type { Person, RoleId } from "#src/release/people";
import type { Instant } from "#src/release/policy";

type Fact<T extends ProposalEvent["type"]> = Extract<ProposalEvent, { type: T }>;

/** A proposal as it was made, and what became of it. Open while `ended` is null. */
export type ProposalState = Omit<Fact<"proposal-made">, "type" | "proposal"> & {
  readonly id: string;
  readonly madeAt: Instant;
  readonly accepted: readonly { readonly role: RoleId; readonly by: Person; readonly at: Instant }[];
  /** Everybody who has to has accepted; `by` was the last. From here on Golive carries it out. */
  readonly agreed: { readonly by: Person; readonly at: Instant } | null;
  /** The configuration version that was written for it. */
  readonly written: { readonly config: string; readonly digest: string; readonly at: Instant } | null;
  readonly release: string | null;
  readonly ended: {
    readonly as: ProposalEnd;
    readonly says: string;
    readonly by: Person;
    readonly at: Instant;
  } | null;
  readonly version: number;
};
