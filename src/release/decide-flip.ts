import { accept, type Decision, NOTHING, onRelease, onService, refuse } from "#src/release/decision";
import type { Intent } from "#src/release/intents";
import { pairText } from "#src/release/pair";
import type { Instant } from "#src/release/policy";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { withVoids } from "#src/release/voids";

type Settle = Extract<Intent, { type: "settle-flip" }>;

/**
 * What the store's ledger says about an intended flip. Flipped: live, and the service's pointer is known to have moved.
 * Refused: somebody else moved the pointer, so nothing that was reviewed may be assumed and the release fails. Cancelled: the
 * flip was called back before it happened, and the release is open again. Settled already: nothing.
 */
export function decideSettleFlip(service: ServiceState, release: ReleaseState, intent: Settle, now: Instant): Decision {
  const { flip } = release;
  if (flip === null || flip.id !== intent.flip) return refuse({ kind: "flip-unknown", flip: intent.flip });
  if (flip.outcome !== null) return NOTHING;
  const { outcome, live } = intent;
  const settled = onRelease(release, { type: "flip-settled", flip: flip.id, outcome, live });
  const manifest = release.manifest?.hash ?? null;
  const { from, to } = flip;
  if (outcome === "flipped") {
    return accept(
      settled,
      onRelease(release, { type: "went-live", live: to, before: from }),
      onService(service, { type: "pointer-flipped", release: release.id, flip: flip.id, from, to }),
      onService(service, { type: "release-closed", release: release.id, as: "live", manifest }),
    );
  }
  if (outcome === "refused") {
    const reason =
      `The pointer was moved meanwhile: it says ${pairText(live)} where ${pairText(from)} was reviewed. ` +
      "Golive did not touch it. Start a new release to review against what is live now";
    return accept(
      settled,
      onRelease(release, { type: "release-failed", reason }),
      onService(service, { type: "release-closed", release: release.id, as: "failed", manifest }),
    );
  }
  const says = live === null ? "no pair could be read from the pointer" : `the pointer says ${pairText(live)}`;
  const because = [`The flip could not be made in time and was called back: ${says}. Press Cut over to try again`];
  const stopped = onRelease(release, { type: "cutover-stopped", because });
  return accept(...withVoids(release, [settled, stopped], now));
}
