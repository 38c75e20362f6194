import type { Look } from "#src/canary/watch/intents";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { CanarySight } from "#src/canary/watch/view";
import type { Instant } from "#src/release/policy";

/** Turns stored observations into closed buckets and what they come to. All of it can be done by any replica at any moment. */
export interface CanaryMonitor {
  /**
   * Closes every bucket that is due, each once over all replicas, and says what the evidence comes to; null where no bucket was ever closed
   * and nobody was heard. Throws when Golive's own database can't be reached: nothing was lost, it is tried again.
   */
  lookAt(canary: CanaryWatch, now: Instant): Promise<Look | null>;
  /** The same for people to look at, with charts; reads only. Null before the first bucket. */
  sight(canary: CanaryWatch): Promise<CanarySight | null>;
}
