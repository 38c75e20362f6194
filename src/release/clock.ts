import type { Instant } from "#src/release/policy";

/** Time of the governed world: freshness, schedules, canary. The sandbox may scale it. */
export interface DomainClock {
  now(): Instant;
}
