import type { Person } from "#src/release/people";
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

/** Where an alert is told: `thread`: the subject in whose thread; null: it has a message of its own in `channel`. */
type Told = { readonly channel: string; readonly thread: string | null };

/** Facts of a service's SLOs: `slo/<service>`. */
export type SloEvent =
  | (Told & {
      readonly type: "slo-burning";
      readonly burn: SloBurn;
      /** What is left of the budget of the window, as a share of it; below 0: overspent. Null: too little is known of the window. */
      readonly budgetLeft: number | null;
      readonly says: string;
      readonly at: Instant;
      /** Who is mentioned: those on call for a page, nobody for a ticket. */
      readonly onCall: readonly Person[];
    })
  | {
      readonly type: "slo-calm";
      readonly slo: SloId;
      readonly severity: SloBurn["severity"];
      readonly says: string;
    }
  /** `locks`: the policy says that the next go-live waits for somebody. `bad`: so many there were; facts of an older version don't say. */
  | (Told & {
      readonly type: "slo-spent";
      readonly slo: SloId;
      readonly says: string;
      readonly locks: boolean;
      readonly bad?: number;
    })
  /** For this spent budget the service was locked; it isn't again before the budget was restored. */
  | { readonly type: "slo-locked"; readonly slo: SloId }
  /** `whole`: enough of the budget is there again; else nobody watches it any more. */
  | (Told & { readonly type: "slo-restored"; readonly slo: SloId; readonly says: string; readonly whole: boolean });

export const sloStream = (service: string): string => `slo/${service}`;
