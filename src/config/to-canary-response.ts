import type { CanaryResponse } from "#src/canary/watch/events";
import type { ServiceConfig } from "#src/config/service-config";

const MINUTE_MS = 60_000;

/** How Golive answers to what a service's canary shows, as a canary freezes it at its start. */
export function toCanaryResponse({ canary }: Pick<ServiceConfig, "canary">): CanaryResponse {
  return {
    rollBackAfterMs: canary.roll_back_after_min * MINUTE_MS,
    askForMs: canary.ask_for_min * MINUTE_MS,
    escalateAfterMs: canary.escalate_after_min * MINUTE_MS,
    escalateTo: canary.escalate_to ?? null,
    silentAfterMs: canary.silent_after_min * MINUTE_MS,
  };
}
