import type { Arm } from "#src/canary/observation";
import type { KnownSlo } from "#src/operations/slo/slo";

/** An alert rule: both windows burn at least so fast. */
export type BurnRule = {
  readonly severity: "page" | "ticket";
  readonly rate: number;
  readonly longHours: number;
  readonly shortHours: number;
};

/** What a service's SLOs are held to, as golive.yaml says. Shares as 0-1. */
export type SloPolicy = {
  readonly windowDays: number;
  readonly arms: readonly Arm[];
  readonly lockWhenSpent: boolean;
  readonly objectives: {
    readonly oraclePrefilterMin: number;
    readonly readerUsedGoldMin: number;
    /** Answered among all who asked. */
    readonly answeredMin: number;
    readonly toolRetriesMax: number;
    /** Answered within `degradationSlower` times the latency's bar, among all who asked in hours with rejections. */
    readonly degradationMin: number;
    readonly degradationSlower: number;
    /** p95 over that of the baseline. */
    readonly p95RatioMax: number;
    /** Seconds; null: measured over the window before. */
    readonly p95BaselineS: number | null;
    readonly embeddingMs: number;
    readonly embedder: "accelerator" | "cpu";
    readonly throughputPoints: number;
    /** Null: measured over the window before. */
    readonly throughputBaseline: number | null;
  };
  readonly alerts: {
    readonly rules: readonly BurnRule[];
    /** SLOs whose fast burning wakes somebody; of the others it is a ticket. */
    readonly pages: readonly string[];
    /** Bad events in the long window below which nothing alarms. */
    readonly minBad: number;
  };
  /** Those that don't apply, with the reason. */
  readonly notApplicable: Readonly<Partial<Record<KnownSlo, string>>>;
};
