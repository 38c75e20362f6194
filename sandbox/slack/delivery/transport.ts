import type { DeliveryFault } from "#sandbox/slack/faults";
import type { Block, Json } from "#sandbox/slack/model";

/** What the app is told. Commands are flat fields; the rest is JSON. */
export type Delivery = { readonly kind: "command" | "interaction" | "event"; readonly payload: Block };
export type Retry = { readonly attempt: number; readonly reason: string };

/** `body`: what the app answered with, null when nothing. */
export type Ack =
  | { readonly acked: true; readonly body: Json }
  | {
      readonly acked: false;
      /** `operation_timeout`: no answer in three seconds. `dispatch_failed`: no app to be reached, or a bad status. */
      readonly failure: "operation_timeout" | "dispatch_failed";
      readonly status: number | null;
      readonly mayRetry: boolean;
    };

export type Transport = {
  send(delivery: Delivery, fault: DeliveryFault | null, retry?: Retry): Promise<Ack>;
  stop(): Promise<void>;
};

/** One attempt to tell the app something, as tests read it. */
export type Attempt = {
  readonly kind: Delivery["kind"] | "replay";
  /** Epoch milliseconds, real time. */
  readonly at: number;
  readonly acked: boolean;
  readonly failure: string | null;
  readonly status: number | null;
  readonly fault: DeliveryFault["kind"] | null;
  readonly retry: Retry | null;
};

/** What to note down of a finished attempt. */
export function attemptOf(
  kind: Attempt["kind"],
  ack: Ack,
  fault: DeliveryFault | null,
  retry: Retry | undefined,
): Omit<Attempt, "at"> {
  const shown = { kind, fault: fault?.kind ?? null, retry: retry ?? null };
  if (ack.acked) return { ...shown, acked: true, failure: null, status: 200 };
  return { ...shown, acked: false, failure: ack.failure, status: ack.status };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
