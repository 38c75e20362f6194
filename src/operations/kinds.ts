import type { OperationKind } from "#src/operations/operation";

/** What holds for a kind of operation whoever runs it. */
export type KindRules = {
  /** As people read it. */
  readonly title: string;
  /** Without anything live there is nothing to do. */
  readonly needsLive: boolean;
  /** Waits while a cutover or a rollback moves what it would look at. */
  readonly waitsForFlip: boolean;
  /**
   * `own`: a painted message of its own, subject `op_…`. `unless-pass`: a post in the channel when it did not pass. `always`: a post in the
   * channel.
   */
  readonly told: "own" | "unless-pass" | "always";
  /** A try that takes longer is given up, in milliseconds of the machine's clock: a run that hangs must not keep the next ones from beginning. */
  readonly atMostMs: number;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const KINDS: Readonly<Record<OperationKind, KindRules>> = {
  smoke: { title: "Smoke", needsLive: true, waitsForFlip: true, told: "unless-pass", atMostMs: 3 * HOUR_MS },
  weekly: { title: "Weekly evaluation", needsLive: true, waitsForFlip: true, told: "own", atMostMs: 22 * HOUR_MS },
  "few-shot": {
    title: "Few-shot refresh",
    needsLive: true,
    waitsForFlip: false,
    told: "unless-pass",
    atMostMs: HOUR_MS,
  },
  backup: { title: "Backup", needsLive: false, waitsForFlip: true, told: "unless-pass", atMostMs: 6 * HOUR_MS },
  drill: { title: "Restore drill", needsLive: false, waitsForFlip: false, told: "unless-pass", atMostMs: 6 * HOUR_MS },
  digest: { title: "Morning digest", needsLive: false, waitsForFlip: false, told: "always", atMostMs: 10 * MINUTE_MS },
};
