import { type ConcurrencyGateDeps, createConcurrencyGate } from "#src/gates/concurrency";
import { honestReport } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import type { LimiterState } from "#src/models/limiter";

type Limits = ConcurrencyGateDeps["limits"];

const LIMITS: Limits = {
  region_env: "AWS_REGION",
  limits: {
    max_in_flight: 1,
    per_second: 0.12,
    workers: 2,
    call_timeout_s: 35,
    first_text_timeout_s: 25,
    retries: 4,
    retry_budget_s: 180,
  },
};

const HELD: LimiterState = {
  maxInFlight: 1,
  perSecond: 0.12,
  inFlight: 1,
  waiting: { "rollback-smoke": 0, "canary-probe": 0, "go-live": 0, nightly: 0, weekly: 0 },
  nextAt: 0,
  now: 0,
  configured: [{ maxInFlight: 1, perSecond: 0.12, workers: 2, processes: 1 }],
};

const over =
  (limits: Partial<Limits["limits"]>, held: Partial<LimiterState> = {}, calls = 1) =>
  () =>
    createConcurrencyGate({
      limits: { ...LIMITS, limits: { ...LIMITS.limits, ...limits } },
      limiter: {
        run: ({ signal }, work) => work(signal),
        state: async () => ({ ...HELD, ...held }),
      },
      serviceReport: async (subject) => ({ ...(await honestReport(subject)), model_calls_per_answer: calls }),
    });

export const concurrencySelfTest: SelfTest = {
  bad: [
    { what: "more requests in flight than allowed", gate: over({ max_in_flight: 2 }), finds: "max_in_flight:over" },
    { what: "a faster rate than allowed", gate: over({ per_second: 1 }), finds: "per_second:over" },
    { what: "too many workers", gate: over({ workers: 4 }), finds: "workers:over" },
    { what: "a limiter that counts nothing", gate: over({}, { inFlight: 0 }), finds: "place:not-counted" },
    {
      what: "a replica with another configuration",
      gate: over({}, { configured: [...HELD.configured, { maxInFlight: 4, perSecond: 2, workers: 2, processes: 1 }] }),
      finds: "replicas:differ",
    },
    {
      what: "a service that makes forty model calls for an answer where one is reserved",
      gate: over({}, {}, 40),
      finds: "model_calls_per_answer:over",
    },
  ],
  good: { what: "limits within their bars, and in force", gate: over({}) },
};
