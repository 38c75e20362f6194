import type { ProposalState } from "#src/operations/proposals/state";
import { digestOf } from "#src/release/hash";
import type { Instant } from "#src/release/policy";
import type { Refusal } from "#src/release/refusals";

/** So long nobody is asked again for what was declined: the evidence is a little other every week, the question is the same. */
const HELD_BACK_MS = 8 * 7 * 86_400_000;

/** Why the same changes of the same base are not proposed again yet; null: nobody declined them of late. `before`: any proposals of the service. */
export function heldBack(
  before: readonly ProposalState[],
  wanted: Pick<ProposalState, "kind" | "base" | "changes">,
  now: Instant,
): Refusal | null {
  const about = (of: typeof wanted): string =>
    digestOf({ kind: of.kind, base: of.base, changes: of.changes.map(({ path, to }) => ({ path, to })) });
  const found = before.findLast(
    (each) => each.ended?.as === "declined" && now - each.ended.at < HELD_BACK_MS && about(each) === about(wanted),
  );
  if (found === undefined || found.ended === null) return null;
  return { kind: "declined-before", number: found.number, because: found.ended.says };
}
