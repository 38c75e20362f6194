import type { FullBackupEntry } from "#src/backup/full-backup-records";

const DAY_MS = 86_400_000;

/** How many of the newest are kept whatever their age, and for how long all are. */
export type Keep = { readonly newest: number; readonly days: number };

/**
 * Which backups may go: those that are neither among the newest nor young enough. The one that was proven last stays whatever
 * its age, and so does the newest whole one: without them nobody knows a way back. What is damaged doesn't count for either.
 */
export function expired(entries: readonly FullBackupEntry[], keep: Keep, now: number): readonly FullBackupEntry[] {
  const whole = entries
    .filter(({ state }) => state === "complete" || state === "proven")
    .toSorted((a, b) => b.createdAt - a.createdAt);
  const lastProven = whole
    .filter(({ state }) => state === "proven")
    .toSorted((a, b) => (b.provenAt ?? 0) - (a.provenAt ?? 0))[0];
  const newest = new Set(whole.slice(0, Math.max(1, keep.newest)));
  return entries.filter(
    (entry) =>
      entry.state !== "creating" &&
      entry !== lastProven &&
      !newest.has(entry) &&
      now - entry.createdAt > keep.days * DAY_MS,
  );
}
