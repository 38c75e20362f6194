import { schedule } from "node-cron";
import type { Core } from "#src/compose";
import type { Config } from "#src/config/load-config";
import { listServices } from "#src/config/to-policy";
import { createIntakeRoutes } from "#src/http/intake-routes";
import type { Routes } from "#src/http/routes";
import type { Log } from "#src/log";
import { groupWrites } from "#src/observations/group-writes";
import { createIntake } from "#src/observations/intake";
import { createIntakeCounts, type IntakeCounts } from "#src/observations/intake-counts";
import { prepareObservationDays, pruneObservations } from "#src/observations/observation-days";
import { createPolling } from "#src/observations/poll-tables";
import { storeObservations } from "#src/observations/store-observations";

/** How canary observations come into this process, and how long they stay. */
export type Observations = {
  /** Empty where no service has a token. */
  readonly routes: Routes;
  readonly counts: IntakeCounts;
  /** Makes the days ahead, and looks into the services' own tables from then on. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Days are made and dropped at a quiet minute of each hour; whoever comes second finds it done. */
const KEEP_CRON = "0 17 * * * *";
const HOUR_MS = 3_600_000;

export function composeObservations(deps: {
  readonly core: Pick<Core, "pool" | "clock" | "storeOf">;
  readonly config: Config;
  readonly tokens: ReadonlyMap<string, string>;
  readonly log: Log;
}): Observations {
  const { core, config, tokens, log } = deps;
  const { pool, clock } = core;
  const { keep_days, late_after_hours } = config.golive.observations;
  const lateAfterMs = late_after_hours * HOUR_MS;
  const counts = createIntakeCounts();
  const take = createIntake({
    store: groupWrites((rows) => storeObservations(pool, rows)),
    now: clock.now,
    lateAfterMs,
    counts,
  });
  const polling = createPolling(
    listServices(config).flatMap(({ id: service, observations }) =>
      observations?.poll === undefined
        ? []
        : [
            {
              pool,
              service,
              store: core.storeOf(service),
              poll: observations.poll,
              now: clock.now,
              lateAfterMs,
              counts,
            },
          ],
    ),
    log,
  );
  const keep = async (): Promise<void> => {
    await prepareObservationDays(pool, clock.now());
    const dropped = await pruneObservations(pool, clock.now(), keep_days);
    if (dropped.length > 0) log.info({ dropped }, "days of observations were dropped");
  };
  // A day that is missing is made when an observation of it comes: nothing waits for this.
  const keepOrTell = () =>
    keep().catch((error: unknown) => log.warn({ err: error }, "days of observations could not be made or dropped"));
  let hourly: ReturnType<typeof schedule> | null = null;
  return {
    routes: createIntakeRoutes({ tokens, take, counts, log }),
    counts,
    async start() {
      await keepOrTell();
      hourly = schedule(KEEP_CRON, keepOrTell, { noOverlap: true });
      polling.start();
    },
    async stop() {
      await hourly?.destroy();
      await polling.stop();
    },
  };
}
