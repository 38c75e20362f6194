import { setTimeout as wait } from "node:timers/promises";
import type { Gate, GateFinding } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";
import { type QueueDepths, queueDepthsSql } from "#src/resources/queue-depths";
import type { ModelLoad } from "#src/resources/read-resources";
import {
  bySilence,
  FRESH_SECONDS,
  freshSamplesSql,
  type ReportedSample,
  SILENT_AFTER_MS,
} from "#src/resources/sample-rows";

export type ResourceLimits = {
  readonly event_loop_lag_ms: number;
  readonly rss_mb: number;
  readonly queue_depth: number;
};

export type ResourceMonitoringDeps = {
  readonly limits: ResourceLimits;
  /** The processes that reported within the last minute. */
  readonly samples: () => Promise<readonly ReportedSample[]>;
  readonly depths: () => Promise<QueueDepths>;
  /** What the shared limit of model calls says; null where none is shared. Shown, not judged: `concurrency` does that. */
  readonly models: () => Promise<ModelLoad | null>;
};

const MB = 1024 * 1024;
/** A 99th percentile over less says how the process began, not how it does. */
const OBSERVED_MS = 1_000;
const LOOK_AGAIN_MS = 250;
/** A start is busier than what follows: a lag over the limit counts once a process was watched for so long. */
const SETTLED_MS = 10_000;
/** How long a process that has just begun is waited for. */
const PATIENCE_MS = 14_000;

/** `kind` names the defect without a measured value; `sure` when a limit is exceeded, else a number is missing. */
type Said = { readonly sure: boolean; readonly kind: string; readonly text: string };

const n = (value: number): string => Math.round(value).toLocaleString("en-US");

/**
 * Every process of Golive that lives has reported how it is doing, with numbers that are some, and within the limits of
 * `resources` in golive.yaml; no queue is longer than allowed. It judges what all processes wrote down, wherever it runs.
 */
export function createResourceMonitoringGate({ limits, samples, depths, models }: ResourceMonitoringDeps): Gate {
  return {
    id: "resource-monitoring",
    title: "Resource monitoring",
    version: 1,
    timeoutMs: 30_000,
    withoutCandidate: true,
    thresholds: () => ({ ...limits, sample_age_s: SILENT_AFTER_MS / 1_000 }),
    check: async (_, signal) => {
      const { reporting: found, silent } = bySilence(await settled(samples, limits, signal));
      const [waiting, load] = await Promise.all([depths(), models()]);
      const said = [...found.flatMap((each) => againstProcess(each, limits)), ...againstQueues(waiting, limits)];
      const verdict = said.some(({ sure }) => sure)
        ? "fail"
        : found.length === 0 || said.length > 0
          ? "inconclusive"
          : "pass";
      const numbers = { ...numbersOf(found, waiting), silent_processes: silent.length, ...loadNumbers(load) };
      const base: Omit<GateFinding, "verdict" | "summary" | "next"> = {
        value:
          found.length === 0
            ? "no process reports"
            : `lag p99 ${n(numbers.event_loop_lag_p99_ms)} ms, ${n(numbers.rss_mb)} MB, ${n(numbers.jobs_waiting)} jobs waiting`,
        bar: `lag p99 ≤ ${n(limits.event_loop_lag_ms)} ms, ≤ ${n(limits.rss_mb)} MB, ≤ ${n(limits.queue_depth)} jobs in a queue`,
        numbers,
        how: `${freshSamplesSql()};\n${queueDepthsSql()}`,
        inputs: digestOf({ limits: { ...limits } }),
        findings: [
          ...(found.length === 0 ? [silent.length === 0 ? "process:none" : "process:silent"] : []),
          ...said.map(({ kind }) => kind),
        ],
      };
      const processes = `${found.length} process${found.length === 1 ? "" : "es"} of Golive`;
      if (verdict === "fail") {
        const over = said.filter(({ sure }) => sure).map(({ text }) => text);
        const next =
          "See what keeps them busy (GET /metrics of each process), add a copy, or raise resources in golive.yaml.";
        return { ...base, verdict, summary: `Over the limit: ${over.join("; ")}.`, next };
      }
      if (found.length === 0) {
        const summary =
          silent.length === 0
            ? `No bot process is running: none has reported within the last ${FRESH_SECONDS} s.`
            : `No process of Golive answers for itself: ${silenceOf(silent)}.`;
        return { ...base, verdict, summary, next: "Start `golive serve`, or restart it, then rerun this check." };
      }
      if (verdict === "inconclusive") {
        const summary = `Not known how ${processes} ${found.length === 1 ? "does" : "do"}: ${said.map(({ text }) => text).join("; ")}.`;
        return {
          ...base,
          verdict,
          summary,
          next: "Rerun this check in a minute; if it stays so, restart that process.",
        };
      }
      const summary = `${processes} ${found.length === 1 ? "reports" : "report"}: event loop lag p99 at most ${n(numbers.event_loop_lag_p99_ms)} ms, memory at most ${n(numbers.rss_mb)} MB, ${n(numbers.jobs_waiting)} jobs waiting.${silent.length === 0 ? "" : ` Beside ${found.length === 1 ? "it" : "them"}, ${silenceOf(silent)}: killed a moment ago, or hanging.`}`;
      return { ...base, verdict, summary, next: "" };
    },
  };
}

/** What is reported once every process was watched for long enough, or when patience ends. */
async function settled(samples: ResourceMonitoringDeps["samples"], limits: ResourceLimits, signal: AbortSignal) {
  const early = ({ observedMs, eventLoopLagMs }: ReportedSample): boolean =>
    observedMs < OBSERVED_MS || (observedMs < SETTLED_MS && eventLoopLagMs > limits.event_loop_lag_ms);
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const found = await samples();
    signal.throwIfAborted();
    if (waited >= PATIENCE_MS || !found.some(early)) return found;
    await wait(LOOK_AGAIN_MS, undefined, { signal });
  }
}

function silenceOf(silent: readonly ReportedSample[]): string {
  return silent
    .map(({ holder, ageMs }) => `${holder} has been silent for ${Number.isFinite(ageMs) ? n(ageMs / 1_000) : "?"} s`)
    .join("; ");
}

function loadNumbers(load: ModelLoad | null) {
  if (load === null) return {};
  return {
    model_calls_in_flight: load.inFlight,
    model_calls_waiting: Object.values(load.waiting).reduce((sum, each) => sum + each, 0),
    model_rate_booked_s: Math.round(Math.max(0, load.nextAt - load.now) / 100) / 10,
  };
}

function againstProcess(sample: ReportedSample, limits: ResourceLimits): Said[] {
  const { holder, eventLoopLagMs, rssBytes, cpuShare, observedMs } = sample;
  const missing = (
    [
      ["event-loop-lag", "event loop lag", eventLoopLagMs],
      ["rss", "memory", rssBytes],
      ["cpu", "CPU", cpuShare],
    ] as const
  )
    .filter(([, , value]) => !Number.isFinite(value))
    .map(([kind, what]): Said => ({ sure: false, kind: `${kind}:not-a-number`, text: `${holder} has no ${what}` }));
  const over = (kind: string, what: string, value: number, limit: number, unit: string): Said[] =>
    value > limit
      ? [
          {
            sure: true,
            kind: `${kind}:exceeded`,
            text: `${holder} has ${what} ${n(value)} ${unit} (limit ${n(limit)})`,
          },
        ]
      : [];
  const early = observedMs < OBSERVED_MS;
  return [
    ...missing,
    ...(early ? [{ sure: false, kind: "event-loop-lag:too-early", text: `${holder} has only just begun` }] : []),
    ...(early ? [] : over("event-loop-lag", "event loop lag p99", eventLoopLagMs, limits.event_loop_lag_ms, "ms")),
    ...over("rss", "memory", rssBytes / MB, limits.rss_mb, "MB"),
  ];
}

function againstQueues(depths: QueueDepths, { queue_depth: limit }: ResourceLimits): Said[] {
  return Object.entries(depths).flatMap(([queue, waiting]) =>
    waiting > limit
      ? [
          {
            sure: true,
            kind: `queue:${queue}:exceeded`,
            text: `${n(waiting)} jobs wait in ${queue} (limit ${n(limit)})`,
          },
        ]
      : [],
  );
}

function numbersOf(found: readonly ReportedSample[], depths: QueueDepths) {
  const most = (of: (sample: ReportedSample) => number): number => Math.max(0, ...found.map(of));
  return {
    processes: found.length,
    event_loop_lag_p99_ms: Math.round(most(({ eventLoopLagMs }) => eventLoopLagMs) * 10) / 10,
    rss_mb: Math.round(most(({ rssBytes }) => rssBytes) / MB),
    cpu_percent: Math.round(most(({ cpuShare }) => cpuShare) * 100),
    oldest_sample_s: Math.round(most(({ ageMs }) => ageMs) / 1_000),
    jobs_waiting: Object.values(depths).reduce((sum, each) => sum + each, 0),
  };
}
