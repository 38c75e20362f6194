import { decidePerson } from "#src/canary/watch/decide-person";
import { decideWatch } from "#src/canary/watch/decide-watch";
import { acceptThese, type CanaryDecision, NOTHING_NEW, onCanary, refuseThis } from "#src/canary/watch/decision";
import type { CanaryIntent } from "#src/canary/watch/intents";
import type { CanaryWatch } from "#src/canary/watch/state";
import { onService } from "#src/release/decision";
import { samePair } from "#src/release/pair";
import type { Instant } from "#src/release/policy";
import type { ServiceState } from "#src/release/state";

/**
 * Which facts an intent about a canary may cause. `canary`: the one that the intent is about; null: its stream is empty. The facts are to be
 * appended all or none, in their order.
 */
export function decideCanary(
  service: ServiceState,
  canary: CanaryWatch | null,
  intent: CanaryIntent,
  now: Instant,
): CanaryDecision {
  if (intent.type === "start") return canary === null ? decideStart(service, intent) : NOTHING_NEW;
  if (canary === null) return refuseThis({ kind: "no-canary", service: service.id });
  switch (intent.type) {
    case "watch":
      return decideWatch(service, canary, intent, now);
    case "rollback-impeded": {
      const { rollback, says } = intent;
      const isNews = canary.ended === null && canary.rollback?.rollback === rollback && canary.impeded !== says;
      return isNews ? acceptThese(onCanary(canary, intent)) : NOTHING_NEW;
    }
    default:
      return decidePerson(canary, intent, now);
  }
}

/** Only of what is live, by the release that made it so. The one before is watched until it is known to be over. */
function decideStart(service: ServiceState, intent: Extract<CanaryIntent, { type: "start" }>): CanaryDecision {
  const { type, ...facts } = intent;
  const isLive = samePair(service.live, facts.candidate) && service.liveRelease?.release === facts.release;
  if (!isLive) return NOTHING_NEW;
  if (service.canary !== null) return refuseThis({ kind: "too-late", what: "Another canary is open" });
  const number = service.canaries + 1;
  return acceptThese(
    onService(service, { type: "canary-opened", canary: facts.canary, number }),
    onCanary({ id: facts.canary }, { type: "canary-started", ...facts, number }),
  );
}
