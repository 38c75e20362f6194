import { countingSignOffs, eligibleOf, missingOf } from "#src/release/approvers";
import type { SignOffDefinition } from "#src/release/checklist";
import { blocksCutover } from "#src/release/evidence";
import type { Blocker } from "#src/release/refusals";
import type { ReleaseState } from "#src/release/state";
import { namesAwaited } from "#src/release/wording";

/** One sentence per sign-off whose quorum does not stand, with the people who could give it. */
export function signOffBlockers(release: ReleaseState): readonly Blocker[] {
  const { checklist } = release;
  return checklist.signOffs
    .filter(({ id }) => blocksCutover(checklist, "sign-off", id))
    .filter((definition) => missingOf(release, definition) > 0)
    .map((definition) => ({ kind: "sign-off", id: definition.id, text: sentence(release, definition) }));
}

function sentence(release: ReleaseState, definition: SignOffDefinition): string {
  const { title, role, quorum } = definition;
  if (release.members[role] === undefined) return `${title}: who is in ${role} could not be looked up`;
  const given = countingSignOffs(release, definition).length;
  const eligible = eligibleOf(release, definition, release.members);
  const enough = given + eligible.length >= quorum;
  const who = eligible.length === 0 ? "nobody who may sign is left" : namesAwaited(eligible, quorum - given);
  const short = enough || eligible.length === 0 ? who : `only ${who} may sign, ${quorum - given} are needed`;
  return quorum === 1
    ? `${title}: ${role} has not signed (${short})`
    : `${title}: ${given} of ${quorum} people of ${role} have signed (${short})`;
}
