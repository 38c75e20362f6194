import { type CheckDefinition, type Checklist, evaluationChecks } from "#src/release/checklist";
import { wantEvaluation } from "#src/release/decide-evaluation";
import { type Authored, accept, type Decision, onRelease, refuse } from "#src/release/decision";
import { frozenChecklist, missingChecks } from "#src/release/first-go-live";
import { inDoubt } from "#src/release/flip-doubt";
import { digestOf } from "#src/release/hash";
import type { Intent } from "#src/release/intents";
import { membersEvents } from "#src/release/members";
import type { Instant } from "#src/release/policy";
import { policyChanges } from "#src/release/policy-changes";
import type { Refusal } from "#src/release/refusals";
import type { ReleaseState } from "#src/release/state";
import { withVoids } from "#src/release/voids";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;
const FLIPPING: Refusal = { kind: "too-late", what: "The pointer is being flipped" };

/** Roles were resolved again: whoever left one loses the sign-off given in it. The same people as before: nothing. */
export function decideRefreshMembers(release: ReleaseState, intent: Of<"refresh-members">, now: Instant): Decision {
  if (inDoubt(release)) return refuse(FLIPPING);
  return accept(...withVoids(release, membersEvents(release, intent.members), now));
}

/**
 * The configuration changed under an open release: the new checklist and policy hold from now on, sign-offs given under
 * another text are void, and checks that are new or defined differently run (again). The same text as before: only the
 * members.
 */
export function decideChangePolicy(release: ReleaseState, intent: Of<"change-policy">, now: Instant): Decision {
  if (inDoubt(release)) return refuse(FLIPPING);
  const { policy, members } = intent;
  const first = release.active === null;
  const checklist = frozenChecklist(intent.checklist, policy, first);
  const missing = missingChecks(checklist, first);
  if (missing.length > 0) return refuse({ kind: "checklist-incomplete", missing });
  const resolved = membersEvents(release, members);
  if (digestOf([checklist, policy]) === digestOf([release.checklist, release.policy])) {
    return accept(...withVoids(release, resolved, now));
  }
  const changed = onRelease(release, {
    type: "policy-changed",
    checklist,
    policy,
    changes: policyChanges(release, { checklist, policy }),
  });
  return accept(...withVoids(release, [changed, ...resolved, ...rerunEvents(release, checklist)], now));
}

/** Requests for checks that the old checklist did not run, or ran by another definition. */
function rerunEvents(release: ReleaseState, checklist: Checklist): readonly Authored[] {
  if (release.manifest === null) return [];
  const old = new Map(release.checklist.checks.map((check) => [check.id, check]));
  const changed = checklist.checks.filter((check) => !runsTheSame(old.get(check.id), check));
  const resting = evaluationChecks({ checks: changed });
  const requests = changed
    .filter((check) => !resting.includes(check))
    .map(({ id }) => {
      const attempt = (release.checks[id]?.attempt ?? 0) + 1;
      return onRelease(release, { type: "check-requested", check: id, attempt });
    });
  return resting.length === 0 ? requests : [...requests, ...wantEvaluation(release, "asked")];
}

function runsTheSame(old: CheckDefinition | undefined, now: CheckDefinition): boolean {
  return (
    old !== undefined &&
    old.version === now.version &&
    old.freshForMs === now.freshForMs &&
    old.notApplicable === now.notApplicable
  );
}
