import { z } from "zod";
import { AWS_ERROR_TYPES } from "#sandbox/bedrock/aws-error";

const milliseconds = z.number().int().min(0).max(3_600_000);

/** What can go wrong with a call of a model. */
const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("throttle"), retryAfterSeconds: z.number().int().min(0).max(3600).optional() }),
  /** An exception instead of an answer. */
  z.strictObject({ kind: z.literal("error"), type: z.enum(AWS_ERROR_TYPES) }),
  /** The answer begins this much later. */
  z.strictObject({ kind: z.literal("slow-first-byte"), ms: milliseconds }),
  /** The request is taken, and nothing is ever said. */
  z.strictObject({ kind: z.literal("hang") }),
  /** A stream says its first word and then nothing, with the connection open. */
  z.strictObject({ kind: z.literal("hang-midway") }),
  /** The connection breaks in the middle of the answer. */
  z.strictObject({ kind: z.literal("truncated") }),
  /** The stream ends in good order, but before it said why it stopped. */
  z.strictObject({ kind: z.literal("ended-early") }),
  /** A flipped bit in a frame, which its checksum tells. */
  z.strictObject({ kind: z.literal("corrupt-frame") }),
  /** An exception in the stream, after the first word. */
  z.strictObject({ kind: z.literal("error-midway"), type: z.enum(AWS_ERROR_TYPES) }),
  /** A vector of this length, whatever was asked. */
  z.strictObject({ kind: z.literal("wrong-dimension"), dimension: z.number().int().min(0).max(10_000) }),
  /** A right answer, said to come from this model. */
  z.strictObject({ kind: z.literal("other-model"), model: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("unknown-model") }),
  /** The forced tool is called with an input that doesn't fit its schema. */
  z.strictObject({ kind: z.literal("malformed-output") }),
  /** A list in the forced tool's input has one item less than it should, or one more. */
  z.strictObject({ kind: z.literal("too-few-items") }),
  z.strictObject({ kind: z.literal("too-many-items") }),
  /** Labels in the forced tool's input are written `ENTAILMENT`. */
  z.strictObject({ kind: z.literal("shouted-labels") }),
  /** An item of the forced tool's input is about a claim that nobody asked about. */
  z.strictObject({ kind: z.literal("strange-id") }),
  /** A page of HTML, as a proxy in between answers. */
  z.strictObject({ kind: z.literal("html-page"), status: z.number().int().min(200).max(599) }),
  /** Words instead of the forced tool. */
  z.strictObject({ kind: z.literal("no-tool-use") }),
]);

export type ModelFault = z.infer<typeof faultSchema>;

/** Whom a fault meets: calls of this model, of this operation, or both; left out, all calls of models. */
const targetSchema = z.strictObject({
  model: z.string().optional(),
  operation: z
    .enum(["Converse", "ConverseStream", "InvokeModel", "GetFoundationModel", "GetInferenceProfile"])
    .optional(),
});
export type Target = z.infer<typeof targetSchema>;

/** One order of the control endpoint; the functions of `Faults` as data. */
export const orderSchema = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("next"),
    fault: faultSchema,
    times: z.number().int().min(1).optional(),
    on: targetSchema.optional(),
  }),
  z.strictObject({
    do: z.literal("some"),
    fault: faultSchema,
    share: z.number().min(0).max(1),
    on: targetSchema.optional(),
  }),
  z.strictObject({ do: z.literal("sequence"), faults: z.array(faultSchema.nullable()), on: targetSchema.optional() }),
  z.strictObject({ do: z.literal("seed"), seed: z.number().int() }),
  z.strictObject({ do: z.literal("clear") }),
]);
export type Order = z.infer<typeof orderSchema>;

export type Faults = {
  /** The next `times` calls meet the fault. */
  next(fault: ModelFault, times?: number, on?: Target): void;
  /** Each call meets the fault with this probability, until `clear`. */
  some(fault: ModelFault, share: number, on?: Target): void;
  /** The next calls, one by one; null is a call that goes well. */
  sequence(faults: readonly (ModelFault | null)[], on?: Target): void;
  /** Starts the random sequence anew: the same seed and calls, the same faults. */
  seed(seed: number): void;
  clear(): void;
  order(order: Order): void;
};

export type FaultPlan = Faults & {
  /** The fault that this call meets; asking uses it up. */
  take(operation: string, model: string): ModelFault | null;
};

type Rule = { readonly on: Target; readonly fault: ModelFault | null; left: number; readonly share: number };

export function createFaults(): FaultPlan {
  let random = seeded(1);
  let rules: Rule[] = [];
  const add = (fault: ModelFault | null, left: number, share: number, on: Target = {}) =>
    void rules.push({ fault, left, share, on });

  const faults: Faults = {
    next: (fault, times = 1, on) => add(fault, times, 1, on),
    some: (fault, share, on) => add(fault, Number.POSITIVE_INFINITY, share, on),
    sequence: (list, on) => {
      for (const fault of list) add(fault, 1, 1, on);
    },
    seed: (seed) => {
      random = seeded(seed);
    },
    clear: () => {
      rules = [];
    },
    order: (order) => {
      switch (order.do) {
        case "next":
          return faults.next(order.fault, order.times, order.on);
        case "some":
          return faults.some(order.fault, order.share, order.on);
        case "sequence":
          return faults.sequence(order.faults, order.on);
        case "seed":
          return faults.seed(order.seed);
        case "clear":
          return faults.clear();
      }
    },
  };
  return {
    ...faults,
    take: (operation, model) => {
      for (const rule of rules) {
        if (rule.on.model !== undefined && rule.on.model !== model) continue;
        // The control plane meets only what is meant for it.
        if (rule.on.operation === undefined ? operation.startsWith("Get") : rule.on.operation !== operation) continue;
        if (rule.share < 1 && random() >= rule.share) continue;
        rule.left -= 1;
        if (rule.left <= 0) rules = rules.filter((other) => other !== rule);
        return rule.fault;
      }
      return null;
    },
  };
}

/** A small seeded generator (mulberry32) of numbers in [0, 1): good enough to decide which call fails. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
