import { mayNow } from "#src/release/approvers";
import type { SignOffDefinition, SignOffId } from "#src/release/checklist";
import type { Recorded, ReleaseEvent } from "#src/release/events";
import { waitingFor } from "#src/release/evidence";
import type { Instant } from "#src/release/policy";
import { isCheckUnderWay, type ReleaseState } from "#src/release/state";

/** Whether a check was asked for and has no answer yet. */
export function isUnderWay(release: ReleaseState): boolean {
  return Object.values(release.checks).some(isCheckUnderWay);
}

/**
 * The sign-offs that somebody could give now and that nobody has been asked for: every check they cover opens the gate, nothing
 * holds the release, and no round of checks is under way, so that what becomes signable together is asked together.
 */
export function newlyAsked(
  release: ReleaseState,
  asked: readonly SignOffId[],
  now: Instant,
): readonly SignOffDefinition[] {
  return release.checklist.signOffs.filter(
    (definition) => !asked.includes(definition.id) && isAskable(release, definition, now),
  );
}

/** Facts after which people are asked. What starts checks again doesn't: the end of that round does. */
export function asks({ type }: ReleaseEvent): boolean {
  return (
    type === "check-finished" ||
    type === "waived" ||
    type === "veto-lifted" ||
    type === "glass-broken" ||
    type === "resumed" ||
    type === "members-resolved"
  );
}

/**
 * `asked` after one more fact, given the release after it. A signature taken back may be asked for again. So may one that was
 * voided, unless it can be given at once: whoever has to look again is named where the void is told.
 */
export function askedAfter(release: ReleaseState, { event, at }: Recorded<ReleaseEvent>): readonly SignOffId[] {
  const { asked } = release;
  if (event.type === "sign-off-withdrawn") return asked.filter((id) => id !== event.signOff);
  if (event.type === "sign-off-voided") {
    const definition = release.checklist.signOffs.find(({ id }) => id === event.signOff);
    const named = definition !== undefined && isAskable(release, definition, at);
    return named ? asked : asked.filter((id) => id !== event.signOff);
  }
  if (!asks(event)) return asked;
  const added = newlyAsked(release, asked, at);
  return added.length === 0 ? asked : [...asked, ...added.map(({ id }) => id)];
}

function isAskable(release: ReleaseState, definition: SignOffDefinition, now: Instant): boolean {
  return (
    release.standing === "open" &&
    release.paused === null &&
    release.manifest !== null &&
    !isUnderWay(release) &&
    !release.vetoes.some(({ signOff }) => signOff === definition.id) &&
    waitingFor(release, definition, now).length === 0 &&
    mayNow(release, definition).length > 0
  );
}
