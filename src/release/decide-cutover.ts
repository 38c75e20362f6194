import { blockersOf } from "#src/release/blockers";
import { unreadEvaluation } from "#src/release/decide-evaluation";
import { freezeEvents } from "#src/release/decide-manifest";
import { type Authored, accept, after, type Decision, NOTHING, onRelease, refuse } from "#src/release/decision";
import { inDoubt } from "#src/release/flip-doubt";
import { cutoverSeenOf } from "#src/release/hash";
import type { Intent } from "#src/release/intents";
import { membersEvents, unresolvedRoles } from "#src/release/members";
import { PAUSE_TEXT } from "#src/release/pause-text";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { Blocker, Refusal } from "#src/release/refusals";
import { holdersOf, refuseRight } from "#src/release/rights";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { withVoids } from "#src/release/voids";
import { listOf, nameChanges, shortHash } from "#src/release/wording";

type Of<T extends Intent["type"]> = Extract<Intent, { type: T }>;

/**
 * Rule 5, asked by a person: everything is there, with members resolved at this click, and not by the requester alone. Who
 * turns out to have left a role loses the sign-off even though the cutover is refused.
 */
export function decideCutOver(
  service: ServiceState,
  release: ReleaseState,
  intent: Of<"cut-over">,
  now: Instant,
): Decision {
  const { actor, members } = intent;
  if (release.standing !== "open") return refuse({ kind: "too-late", what: "The cutover is under way already" });
  const noRight = refuseRight(release.policy, "cutover", actor, members, "cut over");
  if (noRight !== null) return refuse(noRight);
  if (release.paused !== null) return refuse({ kind: "paused", because: PAUSE_TEXT[release.paused] });
  const unresolved = unresolvedRoles(release, members);
  if (unresolved.length > 0) return refuse({ kind: "role-unresolved", roles: unresolved });

  const found = withVoids(release, membersEvents(release, members), now);
  const next = after(release, found, now);
  const blockers = blockersOf(service, next, now);
  const hasVoids = next.signOffs.length < release.signOffs.length;
  if (hasVoids) return refuse({ kind: "blocked", blockers: [...voidedNow(release, next), ...blockers] }, found);
  if (intent.seen !== null && intent.seen !== cutoverSeenOf(release)) {
    return refuse({ kind: "view-outdated", what: "The cutover" });
  }
  if (blockers.length > 0) return refuse({ kind: "blocked", blockers });
  const alone = refuseAlone(next, actor);
  if (alone !== null) return refuse(alone);
  return accept(onRelease(release, { type: "cutover-requested", members }, actor));
}

/** Whose sign-off this very click found void: also where the quorum stands without it, the person must hear why. */
function voidedNow(before: ReleaseState, next: ReleaseState): readonly Blocker[] {
  return before.signOffs
    .filter((given) => !next.signOffs.includes(given))
    .map(({ signOff, person }) => ({
      kind: "sign-off-voided",
      id: signOff,
      text: `The sign-off that ${person.name} gave is void now: ${person.name} is no longer in the role. Look again, then press Cut over`,
    }));
}

/**
 * Rules 4 and 5, right before the flip: everything once more, with members and manifest collected now. What no longer holds
 * stops the cutover with its reasons, voids what it voids, and opens the release again. Otherwise `flip-intended` says which
 * compare-and-set follows: from the pair that was reviewed, to the candidate.
 */
export function decideIntendFlip(
  service: ServiceState,
  release: ReleaseState,
  intent: Of<"intend-flip">,
  now: Instant,
): Decision {
  if (release.flip?.id === intent.flip) {
    return inDoubt(release) ? NOTHING : refuse({ kind: "flip-unknown", flip: intent.flip });
  }
  if (inDoubt(release)) return refuse({ kind: "flip-unknown", flip: intent.flip });
  if (release.standing !== "cutting_over") return refuse({ kind: "too-late", what: "The cutover was stopped" });

  const { members, manifest } = intent;
  const isSameManifest = release.manifest?.hash === manifest;
  const found = [
    ...(isSameManifest ? [] : freezeEvents(release, manifest, intent.changes ?? [])),
    ...membersEvents(release, members),
  ];
  const reasons = isSameManifest
    ? reasonsToStop(service, release, found, members, now)
    : [manifestReason(release, manifest, intent.changes ?? [])];
  if (reasons.length > 0) {
    const stopped = onRelease(release, { type: "cutover-stopped", because: reasons });
    return accept(...withVoids(release, [stopped, ...found, ...unreadEvaluation(release, now)], now));
  }
  const { active: from, candidate: to } = release;
  return accept(...found, onRelease(release, { type: "flip-intended", flip: intent.flip, from, to }));
}

/** Before a flip is intended the cutover can be called off; afterwards the ledger alone says what happened. */
export function decideStopCutover(release: ReleaseState, intent: Of<"stop-cutover">, now: Instant): Decision {
  if (release.standing !== "cutting_over" || inDoubt(release)) return NOTHING;
  const stopped = onRelease(release, { type: "cutover-stopped", because: [intent.because] });
  return accept(...withVoids(release, [stopped, ...unreadEvaluation(release, now)], now));
}

function reasonsToStop(
  service: ServiceState,
  release: ReleaseState,
  found: readonly Authored[],
  members: Of<"intend-flip">["members"],
  now: Instant,
): readonly string[] {
  const next = after(release, withVoids(release, found, now), now);
  const unresolved = unresolvedRoles(release, members);
  const lookup = unresolved.length === 0 ? [] : [`Who is in ${listOf(unresolved)} could not be looked up`];
  return [...lookup, ...personReasons(next, members), ...blockersOf(service, next, now).map(({ text }) => text)];
}

/** Whether the person who asked for the cutover still may. */
function personReasons(release: ReleaseState, members: Of<"intend-flip">["members"]): readonly string[] {
  const by = release.cutover?.by;
  if (by === undefined) return ["Nobody asked for this cutover"];
  const refusal = refuseRight(release.policy, "cutover", by, members, "cut over");
  if (refusal?.kind === "role-unresolved") return [`Whether ${by.name} may still cut over could not be looked up`];
  if (refusal !== null) return [`${by.name}, who asked for the cutover, no longer has the right to`];
  return refuseAlone(release, by) === null ? [] : [`Nobody but the requester, ${by.name}, stands behind this cutover`];
}

function manifestReason(release: ReleaseState, manifest: string, changes: readonly string[]): string {
  const was = release.manifest === null ? "none" : shortHash(release.manifest.hash);
  const named = changes.length === 0 ? "" : `: ${nameChanges(changes)}`;
  return `What was signed changed before the flip (manifest ${was} → ${shortHash(manifest)})${named}`;
}

/** Rule 6: the requester alone never cuts over; somebody else has asked for it or has signed. */
function refuseAlone(release: ReleaseState, actor: Person): Refusal | null {
  const { requester } = release;
  if (actor.id !== requester.id || release.signOffs.some((entry) => entry.person.id !== requester.id)) return null;
  const who = holdersOf(release.policy, "cutover", release.members).filter(({ id }) => id !== requester.id);
  return { kind: "requester-alone", who };
}
