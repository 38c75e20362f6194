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
};

export const KINDS: Readonly<Record<OperationKind, KindRules>> = {
  smoke: { title: "Smoke", needsLive: true, waitsForFlip: true, told: "unless-pass" },
  weekly: { title: "Weekly evaluation", needsLive: true, waitsForFlip: true, told: "own" },
  "few-shot": { title: "Few-shot refresh", needsLive: true, waitsForFlip: false, told: "unless-pass" },
  backup: { title: "Backup", needsLive: false, waitsForFlip: true, told: "unless-pass" },
  drill: { title: "Restore drill", needsLive: false, waitsForFlip: false, told: "unless-pass" },
  digest: { title: "Morning digest", needsLive: false, waitsForFlip: false, told: "always" },
};
