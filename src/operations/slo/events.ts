import type { Instant } from "#src/release/policy";

/** Which SLO, by its key in golive.yaml. */
export type SloId = string;

/** How fast its error budget is used up over a long and a short window; 1 uses it up in exactly the SLO's window. */
export type SloBurn = {
  readonly slo: SloId;
  readonly severity: "page" | "ticket";
  readonly longHours: number;
  readonly shortHours: number;
  readonly longRate: number;
  readonly shortRate: number;
  readonly threshold: number;
};

/** Facts of a service's SLOs: `slo/<service>`. */
export type SloEvent =
  | {
      readonly type: "slo-burning";
      readonly burn: SloBurn;
      /** What is left of the budget of the window, as a share of it; below 0: overspent. */
      readonly budgetLeft: number;
      readonly says: string;
      readonly at: Instant;
    }
  | { readonly type: "slo-calm"; readonly slo: SloId; readonly severity: SloBurn["severity"] }
  | { readonly type: "slo-spent"; readonly slo: SloId; readonly says: string; readonly locks: boolean }
  | { readonly type: "slo-restored"; readonly slo: SloId };

export const sloStream = (service: string): string => `slo/${service}`;
