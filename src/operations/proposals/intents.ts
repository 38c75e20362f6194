import type { ProposalEvent } from "#src/operations/proposals/events";
import type { Pair } from "#src/release/events";
import type { Person, RoleMembers } from "#src/release/people";

/** What answers now, and the digest of the body of its configuration version; null: the store has no such version. */
export type LiveConfig = { readonly pair: Pair; readonly digest: string | null };

type By = { readonly actor: Person; readonly members: RoleMembers };

/** What somebody or some job wants of a proposal. `live`: as the store says at this moment; null: nothing is live. */
export type ProposalIntent =
  /** `by`: who proposes it, and has to hold the right `start`; left out: Golive found it by itself. */
  | ({ readonly type: "make"; readonly by?: Person } & Omit<
      Extract<ProposalEvent, { type: "proposal-made" }>,
      "type" | "number"
    >)
  | ({ readonly type: "accept"; readonly live: LiveConfig | null } & By)
  | ({ readonly type: "decline"; readonly reason: string } & By)
  /** Golive's own: time and base are looked at. */
  | { readonly type: "look"; readonly live: LiveConfig | null }
  /** Golive's own, while it carries an accepted one out. */
  | { readonly type: "written"; readonly config: string; readonly digest: string }
  | { readonly type: "released"; readonly release: string }
  | { readonly type: "left"; readonly says: string }
  | { readonly type: "failed"; readonly says: string };
