import type { GoliveConfig } from "#src/config/service-config";
import type { Gate, GateSubject } from "#src/gates/gate";
import { type Doubt, doubt, inWords, verdictOf } from "#src/gates/service-probe";
import type { LimiterState, ModelLimiter } from "#src/models/limiter";
import type { ServiceReport } from "#src/rag/service";
import { digestOf } from "#src/release/hash";

export type ConcurrencyGateDeps = {
  readonly limits: GoliveConfig["models"];
  readonly limiter: Pick<ModelLimiter, "run" | "state">;
  /** Throws when the service can't be asked. */
  readonly serviceReport: (
    subject: GateSubject,
    signal: AbortSignal,
  ) => Promise<Pick<ServiceReport, "model_calls_per_answer">>;
};

/** What the checklist allows until somebody has profiled the account under load: section 4 of its semantics. */
const CONSERVATIVE = { workers: 3, max_in_flight: 1, per_second: 0.12 } as const;
const TIMEOUTS = { call_timeout_s: 35, first_text_timeout_s: 25 } as const;

/** The bars: the conservative numbers, or what live profiling showed to be safe. */
function barsOf({ profiled }: GoliveConfig["models"]) {
  return {
    workers: profiled?.workers ?? CONSERVATIVE.workers,
    max_in_flight: profiled?.max_in_flight ?? CONSERVATIVE.max_in_flight,
    per_second: profiled?.per_second ?? CONSERVATIVE.per_second,
    ...TIMEOUTS,
  };
}

/**
 * Workers, requests in flight and rate are within their bars in every process that takes part, the timeouts in this one (the
 * others are held to the same configuration when they run a check); and the shared limit is really in force: one place is taken and given back, and while it is held the count over all processes stays
 * within the limit. An answer of the service reserves no less than it says it takes.
 */
export function createConcurrencyGate({ limits: models, limiter, serviceReport }: ConcurrencyGateDeps): Gate {
  const { limits, profiled } = models;
  const bars = barsOf(models);
  return {
    id: "concurrency",
    title: "Concurrency limits",
    version: 2,
    timeoutMs: 15 * 60_000,
    thresholds: () => ({ ...bars, profiled: profiled?.reason ?? null }),
    check: async (subject, signal) => {
      const reserved = subject.service.rag_service.model_calls_per_answer;
      const { model_calls_per_answer: said } = await serviceReport(subject, signal);
      const held = await limiter.run({ priority: subject.priority ?? "go-live", signal }, () => limiter.state());
      const doubts = [
        ...limitDoubts(limits, bars),
        ...sharedDoubts(limits, held),
        ...reservationDoubts(reserved, said),
      ];
      const verdict = verdictOf(doubts);
      const rate = `${limits.per_second} a second`;
      const processes = held.configured.reduce((sum, each) => sum + each.processes, 0);
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `At most ${limits.max_in_flight} in flight and ${rate} over ${processes === 1 ? "1 process" : `${processes} processes`}, ${limits.workers} workers in each; here ${limits.call_timeout_s} s per call, ${limits.first_text_timeout_s} s to the first text; a place taken just now was counted${profiled === undefined ? "" : `. Profiled: ${profiled.reason}`}.`
            : `The limits of model calls don't hold: ${inWords(doubts)}.`,
        value: `${limits.max_in_flight} in flight, ${rate}, ${limits.workers} workers`,
        bar: `≤ ${bars.max_in_flight} in flight, ${bars.per_second} a second, ${bars.workers} workers`,
        numbers: {
          max_in_flight: limits.max_in_flight,
          per_second: limits.per_second,
          workers: limits.workers,
          call_timeout_s: limits.call_timeout_s,
          first_text_timeout_s: limits.first_text_timeout_s,
          in_force_max_in_flight: held.maxInFlight,
          in_force_per_second: held.perSecond,
          in_flight_while_held: held.inFlight,
          processes,
          model_calls_reserved_per_answer: reserved,
          model_calls_reported_per_answer: said,
        },
        how: "models.limits of golive.yaml against its bars; one place of golive.model_limit taken, the rows read while it was held; model_calls_per_answer of GET /config",
        next:
          verdict === "pass"
            ? ""
            : "Correct models.limits in golive.yaml, the same in every copy of Golive, or say under models.profiled what load test allows more; let model_calls_per_answer be what the service really makes. Then restart them and rerun this check.",
        inputs: digestOf({ limits, profiled: profiled ?? null, reserved, said }),
        findings: doubts.map(({ kind }) => kind),
      };
    },
  };
}

function limitDoubts(
  limits: ConcurrencyGateDeps["limits"]["limits"],
  bars: ReturnType<typeof barsOf>,
): readonly Doubt[] {
  const keys = ["workers", "max_in_flight", "per_second", "call_timeout_s", "first_text_timeout_s"] as const;
  return keys
    .filter((key) => limits[key] > bars[key])
    .map((key) => doubt.fail(`${key}:over`, `${key} is ${limits[key]}, at most ${bars[key]} is allowed`));
}

/** Whoever makes more calls than were reserved goes past the shared limit, and nobody sees it. */
function reservationDoubts(reserved: number, said: number): readonly Doubt[] {
  if (said <= reserved) return [];
  const words = `the service makes ${said} model calls for an answer, and golive.yaml has ${reserved} reserved for it`;
  return [doubt.fail("model_calls_per_answer:over", words)];
}

function sharedDoubts(limits: ConcurrencyGateDeps["limits"]["limits"], held: LimiterState): readonly Doubt[] {
  const others = held.configured.filter(
    (each) =>
      each.maxInFlight !== limits.max_in_flight ||
      each.perSecond !== limits.per_second ||
      each.workers !== limits.workers,
  );
  return [
    ...others.map(({ maxInFlight, perSecond, workers, processes }) =>
      doubt.fail(
        "replicas:differ",
        `${processes === 1 ? "1 other process is" : `${processes} other processes are`} configured with ${maxInFlight} in flight, ${perSecond} a second and ${workers} workers`,
      ),
    ),
    ...(held.inFlight < 1 ? [doubt.fail("place:not-counted", "the place that was taken is not counted")] : []),
    ...(held.inFlight > held.maxInFlight
      ? [doubt.fail("in_flight:over", `${held.inFlight} calls are in flight, ${held.maxInFlight} are allowed`)]
      : []),
  ];
}
