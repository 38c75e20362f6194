import { evaluationChecks } from "#src/release/checklist";
import { type Authored, accept, type Decision, NOTHING, onRelease, refuse } from "#src/release/decision";
import { inDoubt } from "#src/release/flip-doubt";
import type { Intent } from "#src/release/intents";
import type { Instant } from "#src/release/policy";
import type { ReleaseState } from "#src/release/state";
import { withVoids } from "#src/release/voids";

type Freeze = Extract<Intent, { type: "freeze-manifest" }>;

/** The manifest as collected. Another one than before voids what was signed on the old and asks for all checks again. */
export function decideFreezeManifest(release: ReleaseState, intent: Freeze, now: Instant): Decision {
  if (release.manifest?.hash === intent.hash) return NOTHING;
  if (inDoubt(release)) return refuse({ kind: "too-late", what: "The pointer is being flipped" });
  return accept(...withVoids(release, freezeEvents(release, intent.hash, intent.changes), now));
}

/** A new manifest, and every check again: their evidence was about the old one, under way or not. */
export function freezeEvents(release: ReleaseState, hash: string, changes: readonly string[]): readonly Authored[] {
  const resting = evaluationChecks(release.checklist).map(({ id }) => id);
  const direct = release.checklist.checks.filter(({ id }) => !resting.includes(id));
  const requests = direct.map(({ id }) => {
    const attempt = (release.checks[id]?.attempt ?? 0) + 1;
    return onRelease(release, { type: "check-requested", check: id, attempt });
  });
  const evaluation: readonly Authored[] =
    resting.length === 0
      ? []
      : [onRelease(release, { type: "evaluation-requested", manifest: hash, because: "manifest" })];
  return [onRelease(release, { type: "manifest-frozen", hash, changes }), ...requests, ...evaluation];
}
