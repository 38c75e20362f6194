import type { Instant } from "#src/release/policy";

/** "2026-11-23 08:34 UTC": as people read it. */
export const utc = (at: Instant): string => `${new Date(at).toISOString().replace("T", " ").slice(0, 16)} UTC`;

/** "2026-11-23T08:34:27.338Z": as documents have it. */
export const iso = (at: Instant): string => new Date(at).toISOString();

/** The same of what may not have been yet. */
export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : iso(at));
