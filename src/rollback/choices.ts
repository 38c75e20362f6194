import type { Pair } from "#src/release/events";

/** A backup that can be gone back to. Times in epoch milliseconds. */
export type BackupChoice = {
  readonly id: string;
  /** What was live when it was taken; null: nothing. */
  readonly pair: Pair | null;
  readonly takenAt: number;
  readonly provenAt: number | null;
  readonly description: string;
  /** The release that it was taken for; null: somebody's wish, or a schedule's. */
  readonly release: string | null;
  readonly bytes: number;
};

/** Where a service can be taken back to. `previous`: undefined where Golive recorded nothing before. */
export type RollbackChoices = {
  readonly live: Pair | null;
  readonly previous: Pair | null | undefined;
  readonly backups: readonly BackupChoice[];
};
