import type { ProposalEnd, ProposalKind } from "#src/operations/proposals/events";
import type { Person, RoleId } from "#src/release/people";

/** One line of a proposal's story, as data; whoever posts it words it. */
export type ProposalNote =
  | { readonly kind: "proposal-accepted"; readonly by: Person; readonly role: RoleId; readonly complete: boolean }
  | { readonly kind: "proposal-written"; readonly config: string }
  /** `by`: who declined; else Golive. `says`: a sentence or a reason. */
  | {
      readonly kind: "proposal-ended";
      readonly number: number;
      readonly about: ProposalKind;
      readonly as: ProposalEnd;
      readonly says: string;
      readonly by: Person;
    };
