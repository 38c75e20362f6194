/** What can go wrong with a Web API call. */
export type CallFault =
  | { readonly kind: "ratelimited"; readonly retryAfterSeconds: number }
  | { readonly kind: "server-error"; readonly status?: number }
  /** An error that Slack would answer with, without doing anything. */
  | { readonly kind: "error"; readonly error: string }
  /** Nothing is done and no reply is ever sent. */
  | { readonly kind: "timeout-before" }
  /** It is done, the message stands there, and no reply is ever sent. */
  | { readonly kind: "timeout-after" };

/** What can go wrong on the way to the app. The last four concern signed HTTP requests only. */
export type DeliveryFault =
  | { readonly kind: "duplicate" }
  | { readonly kind: "late"; readonly ms: number }
  /** The very same signed request arrives once more, after it was acknowledged. */
  | { readonly kind: "replayed" }
  | { readonly kind: "unsigned" }
  | { readonly kind: "wrong-signature" }
  /** Signed with a timestamp this far ahead (or behind, when negative). */
  | { readonly kind: "misdated"; readonly byMs: number };

export type Faults = {
  /** The next `times` calls of this method ("*": of any) meet the fault. */
  nextCall(method: string, fault: CallFault, times?: number): void;
  /** Each call of this method meets the fault with this probability, until `clear`. */
  someCalls(method: string, fault: CallFault, probability: number): void;
  /** `kind`: "command", "interaction", "event" or "*". */
  nextDelivery(kind: string, fault: DeliveryFault, times?: number): void;
  someDeliveries(kind: string, fault: DeliveryFault, probability: number): void;
  /** Starts the random sequence anew: the same seed and calls, the same faults. */
  seed(seed: number): void;
  clear(): void;
};

export type FaultPlan = Faults & {
  /** The fault that this call meets; asking uses it up. */
  ofCall(method: string): CallFault | null;
  ofDelivery(kind: string): DeliveryFault | null;
};

type Rule<F> = { readonly on: string; readonly fault: F; left: number; readonly probability: number };

export function createFaults(): FaultPlan {
  let random = mulberry32(1);
  let calls: Rule<CallFault>[] = [];
  let deliveries: Rule<DeliveryFault>[] = [];

  const take = <F>(rules: readonly Rule<F>[], on: string): F | null => {
    for (const rule of rules) {
      if ((rule.on !== on && rule.on !== "*") || rule.left <= 0) continue;
      if (rule.probability < 1 && random() >= rule.probability) continue;
      rule.left -= 1;
      return rule.fault;
    }
    return null;
  };

  return {
    nextCall: (on, fault, times = 1) => calls.push({ on, fault, left: times, probability: 1 }),
    someCalls: (on, fault, probability) => calls.push({ on, fault, left: Number.POSITIVE_INFINITY, probability }),
    nextDelivery: (on, fault, times = 1) => deliveries.push({ on, fault, left: times, probability: 1 }),
    someDeliveries: (on, fault, probability) =>
      deliveries.push({ on, fault, left: Number.POSITIVE_INFINITY, probability }),
    seed: (seed) => {
      random = mulberry32(seed);
    },
    clear: () => {
      calls = [];
      deliveries = [];
    },
    ofCall: (method) => take(calls, method),
    ofDelivery: (kind) => take(deliveries, kind),
  };
}

/** A small seeded generator of numbers in [0, 1): good enough to decide which call fails. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
