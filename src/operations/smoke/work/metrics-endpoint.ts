import type { Found } from "#src/operations/smoke/work/check";

/** What every bot tells, whatever it is doing. */
export const EXPECTED_SERIES = [
  "golive_event_loop_lag_p99_seconds",
  "golive_resident_memory_bytes",
  "golive_database_up",
  "golive_processes",
  "golive_jobs_waiting",
  "golive_model_calls_in_flight",
] as const;

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 4 << 20;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[^}]*\})? (\S+)/;

/** GET /metrics answers, holds the series that it has to, each with a number, and the database behind it is up. */
export async function lookAtMetrics(url: string, signal: AbortSignal): Promise<Found> {
  const host = new URL(url).host;
  let body: string;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      redirect: "manual",
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return failed(`${host} answers ${response.status} for its metrics.`);
    }
    body = (await response.text()).slice(0, MOST_BYTES);
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error && error.name === "TimeoutError" ? `within ${TIMEOUT_MS / 1_000} s` : "at all";
    return failed(`${host} does not answer for its metrics ${why}.`);
  }
  const found = new Map<string, number>();
  for (const line of body.split("\n")) {
    const [, name, value] = SAMPLE.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, Number(value));
  }
  const missing = EXPECTED_SERIES.filter((name) => !Number.isFinite(found.get(name)));
  if (missing.length > 0)
    return failed(`${missing.length} of ${EXPECTED_SERIES.length} series are missing: ${missing.join(", ")}.`);
  if (found.get("golive_database_up") !== 1)
    return failed("The bot says that it can't read its database (golive_database_up is not 1).");
  return {
    verdict: "pass",
    summary: `${EXPECTED_SERIES.length}/${EXPECTED_SERIES.length} expected series at ${host}.`,
  };
}

const failed = (summary: string): Found => ({
  verdict: "fail",
  summary,
  next: "See whether the bot runs and what METRICS_PORT says; what watches it is blind.",
});
