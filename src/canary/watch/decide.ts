import { decidePerson } from "#src/canary/watch/decide-person";
import { decideWatch } from "#src/canary/watch/decide-watch";
import { acceptThese, type CanaryDecision, NOTHING_NEW, onCanary, refuseThis } from "#src/canary/watch/decision";
import type { CanaryEvent } from "#src/canary/watch/events";
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
    case "rollback-impeded":
    case "rollback-begun":
    case "rollback-given-up":
      return decideProgress(canary, intent);
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

/** How the rollback that the canary asked for fares. What is said of an earlier one counts for nothing. */
function decideProgress(
  canary: CanaryWatch,
  intent: Extract<CanaryIntent, { type: "rollback-impeded" | "rollback-begun" | "rollback-given-up" }>,
): CanaryDecision {
  if (canary.ended !== null || canary.rollback?.rollback !== intent.rollback) return NOTHING_NEW;
  const fact = (event: CanaryEvent): CanaryDecision => acceptThese(onCanary(canary, event));
  switch (intent.type) {
    case "rollback-impeded": {
      const { rollback, says } = intent;
      const again = canary.told.includes(says);
      // Two that take turns are not told in turns.
      if (again && canary.impeded !== null) return NOTHING_NEW;
      return fact({ type: "rollback-impeded", rollback, says, ...(again ? { again } : {}) });
    }
    case "rollback-begun": {
      const { rollback, runs } = intent;
      if (runs === rollback && canary.impeded === null) return NOTHING_NEW;
      return fact({ type: "rollback-begun", rollback: runs, despite: canary.impeded });
    }
    case "rollback-given-up":
      return fact({ type: "rollback-given-up", says: intent.says, attempts: intent.attempts });
  }
}
