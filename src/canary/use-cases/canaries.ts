import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import type { Refusal } from "#src/release/refusals";

/** What came of an intent. JSON, since a redelivery is answered with the stored one. */
export type CanaryDecided =
  | { readonly ok: true; readonly canary: string; readonly events: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Everything a command, a button, a modal or the command line can ask of a canary. */
export interface CanaryUseCases {
  canary(id: string): Promise<CanaryView | null>;
  /** The canary of a service that is open, else its newest, else null. */
  currentCanary(service: string): Promise<CanaryView | null>;
  /** `key`: intake key; the same click delivered twice has the same one. */
  act(canary: string, key: string | null, intent: CanaryPersonIntent): Promise<CanaryDecided>;
}
