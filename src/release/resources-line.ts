/** How Golive's own processes are doing; where there are several, the worst of each. `cpuShare`: of one core. */
export type ResourcesNow = {
  readonly processes: number;
  /** Those that missed a report: hanging, or killed a moment ago. */
  readonly silent: number;
  readonly eventLoopLagMs: number;
  readonly rssBytes: number;
  readonly cpuShare: number;
  readonly jobsWaiting: number;
  /** Null where no models are shared. */
  readonly models: {
    readonly inFlight: number;
    readonly maxInFlight: number;
    readonly waiting: number;
    /** Milliseconds for which the shared rate is given away already; 0: a call may start now. */
    readonly bookedMs: number;
  } | null;
};

const MB = 1024 * 1024;

/** "Resources: 2 processes · event loop p99 12 ms · 210 MB · CPU 8 % · 3 jobs waiting · models 1 of 1 in flight, 4 waiting, next start in 8 s". */
export function resourcesLine(now: ResourcesNow | "unread"): string {
  if (now === "unread") return "Resources: could not be read just now";
  const { processes, models } = now;
  const own =
    processes === 0
      ? ["no process reports"]
      : [
          `${processes} process${processes === 1 ? "" : "es"}`,
          `event loop p99 ${whole(now.eventLoopLagMs)} ms`,
          `${whole(now.rssBytes / MB)} MB`,
          `CPU ${whole(now.cpuShare * 100)} %`,
        ];
  const missed = now.silent === 0 ? [] : [`${now.silent} silent`];
  const shared = [
    `${whole(now.jobsWaiting)} ${now.jobsWaiting === 1 ? "job" : "jobs"} waiting`,
    ...(models === null
      ? []
      : [
          `models ${models.inFlight} of ${models.maxInFlight} in flight, ${models.waiting} waiting, ${
            models.bookedMs > 0 ? `next start in ${Math.ceil(models.bookedMs / 1_000)} s` : "a call may start now"
          }`,
        ]),
  ];
  return `Resources: ${[...own, ...missed, ...shared].join(" · ")}`;
}

const whole = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : "?");
