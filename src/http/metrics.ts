import { Counter, Gauge, Registry } from "prom-client";
import type { CanaryView } from "#src/canary/watch/view";
import type { IntakeCounts } from "#src/observations/intake-counts";
import type { SloReport } from "#src/operations/slo/slo";
import type { ProcessMeter } from "#src/resources/process-meter";
import type { QueueDepths } from "#src/resources/queue-depths";
import type { Resources } from "#src/resources/read-resources";
import { bySilence } from "#src/resources/sample-rows";

/** What a scrape is answered with. */
export type Scraped = { readonly contentType: string; readonly body: string };

/**
 * This process's numbers and those that all processes share, in the text format of Prometheus. A database that can't be asked
 * takes the shared ones away and sets `golive_database_up` to 0: the process's own are told all the same.
 */
export function createMetrics(
  meter: ProcessMeter,
  resources: Resources,
  intake: IntakeCounts | null = null,
  /** Those that have not ended. */
  canaries: () => Promise<readonly CanaryView[]> = async () => [],
  slos: () => Promise<readonly SloReport[]> = async () => [],
): () => Promise<Scraped> {
  return async () => {
    // A registry for each scrape: what could not be read now is missing, and never what it was the last time.
    const registry = new Registry();
    const own = meter.read();
    const tell = telling(registry);
    tell(
      "golive_event_loop_lag_p99_seconds",
      "lag of the event loop, 99th percentile, last 1-2 min",
      own.eventLoopLagMs / 1e3,
    );
    tell("golive_resident_memory_bytes", "resident memory of this process", own.rssBytes);
    tell("golive_cpu_share", "CPU time per second since the last scrape, in cores", own.cpuShare);
    if (intake !== null) tellIntake(registry, intake);
    const shared = await readShared(resources).catch(() => null);
    tell("golive_database_up", "1 when the numbers that all processes share could be read", shared === null ? 0 : 1);
    if (shared !== null) tellShared(tell, shared);
    tellCanaries(registry, await canaries().catch(() => []));
    tellSlos(registry, await slos().catch(() => []));
    return { contentType: registry.contentType, body: await registry.metrics() };
  };
}

type Tell = (name: string, help: string, value: number | { readonly label: string; readonly of: QueueDepths }) => void;

const telling =
  (registry: Registry): Tell =>
  (name, help, value) => {
    if (typeof value === "number") {
      new Gauge({ name, help, registers: [registry] }).set(value);
      return;
    }
    const gauge = new Gauge({ name, help, labelNames: [value.label], registers: [registry] });
    for (const [key, each] of Object.entries(value.of)) gauge.set({ [value.label]: key }, each);
  };

/** What this process has taken since it began: a counter begins anew with its process, as Prometheus expects of counters. */
function tellIntake(registry: Registry, intake: IntakeCounts): void {
  const of = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const observations = of("golive_observations_total", "observations that came", ["service", "source", "outcome"]);
  const late = of("golive_observations_late_total", "accepted after their bucket was due to close", [
    "service",
    "source",
  ]);
  for (const { service, source, tally } of intake.tallies()) {
    for (const outcome of ["accepted", "duplicate", "refused"] as const) {
      observations.inc({ service, source, outcome }, tally[outcome]);
    }
    late.inc({ service, source }, tally.late);
  }
  const requests = of("golive_observation_requests_total", "requests that brought observations", ["status"]);
  for (const [status, count] of intake.answers()) requests.inc({ status: String(status) }, count);
}

/** What is known of the open canaries; nothing of one is told as a zero. */
function tellCanaries(registry: Registry, canaries: readonly CanaryView[]): void {
  const of = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const hours = of("golive_canary_hours", "hours with data on both arms of the open canary", ["service"]);
  const breaches = of("golive_canary_breaches", "breaches that the open canary has found", ["service"]);
  const standing = of("golive_canary_kpi_standing", "1: how the KPI of the open canary stands", [
    "service",
    "kpi",
    "standing",
  ]);
  for (const { canary, sight } of canaries) {
    const { service } = canary;
    hours.set({ service }, sight?.hours ?? 0);
    breaches.set({ service }, canary.breaches.length);
    for (const kpi of sight?.kpis ?? []) standing.set({ service, kpi: kpi.id, standing: kpi.standing }, 1);
  }
}

/** What is known of SLOs; a budget that can't be told is left out, and never told as whole. */
function tellSlos(registry: Registry, reports: readonly SloReport[]): void {
  const of = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const standing = of("golive_slo_standing", "1: how the SLO stands", ["service", "slo", "standing"]);
  const budget = of("golive_slo_budget_left", "share of the error budget that is left; below 0: overspent", [
    "service",
    "slo",
  ]);
  const burn = of("golive_slo_burn_rate", "how fast the error budget burns; 1 uses it up in exactly the window", [
    "service",
    "slo",
    "hours",
  ]);
  const alerts = of("golive_slo_alert", "1: an alert is open", ["service", "slo", "severity"]);
  for (const { service, slos, burning } of reports) {
    for (const { id: slo, standing: stands, budgetLeft, burn: rates } of slos) {
      standing.set({ service, slo, standing: stands }, 1);
      if (budgetLeft !== null) budget.set({ service, slo }, budgetLeft);
      for (const { hours, rate } of rates) burn.set({ service, slo, hours: String(hours) }, rate);
    }
    for (const { slo, severity } of burning) alerts.set({ service, slo, severity }, 1);
  }
}

async function readShared(resources: Resources) {
  const [samples, depths, models] = await Promise.all([resources.samples(), resources.depths(), resources.models()]);
  return { processes: bySilence(samples).reporting.length, depths, models };
}

function tellShared(tell: Tell, { processes, depths, models }: Awaited<ReturnType<typeof readShared>>): void {
  tell("golive_processes", "processes of Golive that reported within the last minute", processes);
  tell("golive_jobs_waiting", "jobs that wait for a worker, over all processes", { label: "queue", of: depths });
  if (models === null) return;
  const { inFlight, maxInFlight, perSecond, waiting, nextAt, now } = models;
  tell("golive_model_calls_in_flight", "model calls under way, over all processes", inFlight);
  tell("golive_model_calls_in_flight_max", "model calls that may be under way at once", maxInFlight);
  tell("golive_model_calls_waiting", "model calls that wait for a place", { label: "priority", of: waiting });
  tell("golive_model_calls_per_second_max", "model calls that may begin per second", perSecond);
  tell("golive_model_rate_booked_seconds", "how long the rate is given away already", Math.max(0, nextAt - now) / 1e3);
}
