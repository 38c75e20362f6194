/** How Golive's own processes are doing; where there are several, the worst of each. `cpuShare`: of one core. */
export type ResourcesNow = {
  readonly processes: number;
  readonly eventLoopLagMs: number;
  readonly rssBytes: number;
  readonly cpuShare: number;
  readonly jobsWaiting: number;
  /** Null where no models are shared. */
  readonly models: { readonly inFlight: number; readonly maxInFlight: number; readonly waiting: number } | null;
};

const MB = 1024 * 1024;

/** "Resources: 2 processes · event loop p99 12 ms · 210 MB · CPU 8 % · 3 jobs waiting · models 1 of 1 in flight, 4 waiting". */
export function resourcesLine(now: ResourcesNow | "unread"): string {
  if (now === "unread") return "Resources: could not be read just now";
  const { processes, models } = now;
  const own =
    processes === 0
      ? ["no process has reported within the last minute"]
      : [
          `${processes} process${processes === 1 ? "" : "es"}`,
          `event loop p99 ${whole(now.eventLoopLagMs)} ms`,
          `${whole(now.rssBytes / MB)} MB`,
          `CPU ${whole(now.cpuShare * 100)} %`,
        ];
  const shared = [
    `${whole(now.jobsWaiting)} ${now.jobsWaiting === 1 ? "job" : "jobs"} waiting`,
    ...(models === null
      ? []
      : [`models ${models.inFlight} of ${models.maxInFlight} in flight, ${models.waiting} waiting`]),
  ];
  return `Resources: ${[...own, ...shared].join(" · ")}`;
}

const whole = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : "?");
