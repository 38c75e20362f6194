import type { Person } from "#src/release/people";
import { peopleOf } from "#src/release/rights";
import { approversOf } from "#src/rollback/decide";
import type { RollbackState } from "#src/rollback/state";

/** What everybody sees of a rollback; its message, the command line and the incident document are drawn from it. */
export type RollbackView = {
  readonly rollback: RollbackState;
  /** Who could confirm it, while it waits; by members as resolved when it was asked for. */
  readonly approvers: readonly Person[];
  /** Who could break the glass instead. */
  readonly glass: readonly Person[];
  /** Milliseconds from the confirmation to the pointer's flip; null before. */
  readonly flippedAfterMs: number | null;
};

export function rollbackView(rollback: RollbackState): RollbackView {
  const { standing, policy, members, confirmed, flip } = rollback;
  const waits = standing === "waiting";
  return {
    rollback,
    approvers: waits ? approversOf(policy, members) : [],
    glass: waits ? peopleOf(members, policy.breakGlass) : [],
    flippedAfterMs:
      confirmed === null || flip === null || flip.settledAt === null ? null : flip.settledAt - confirmed.at,
  };
}
