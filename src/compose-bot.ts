import { hostname } from "node:os";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { schedule } from "node-cron";
import type { z } from "zod";
import { type Core, composeCore } from "#src/compose";
import { composeIdentity } from "#src/compose-identity";
import { composeObservations } from "#src/compose-observations";
import type { serveEnvironment, Variables } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import type { NamedVariables } from "#src/config/named-variables";
import { createMachineServer } from "#src/http/machine-server";
import { createMetrics } from "#src/http/metrics";
import { createRoutes } from "#src/http/routes";
import { lookAfterReleases } from "#src/jobs/look-after";
import { createLooks } from "#src/jobs/looks";
import type { WatchPace } from "#src/jobs/watch-loop";
import { JournalError } from "#src/journal/journal-error";
import { missingMigrations } from "#src/journal/migrate";
import { assertAppRole } from "#src/journal/roles";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import type { DomainClock } from "#src/release/clock";
import { peopleOf } from "#src/release/rights";
import { createProcessMeter } from "#src/resources/process-meter";
import { createSlackApp, type SlackMode } from "#src/slack/app";
import {
  createPauseForChannel,
  createTellOfUnseenAlert,
  createTellOfUnseenCanary,
  createTellOfUnseenOperation,
  createTellOfUnseenRollback,
} from "#src/slack/channel-loss";
import { followChannel } from "#src/slack/follow-channel";
import { createHomePages } from "#src/slack/home";
import { isCanarySubject, isOperationSubject, isRollbackId, isSloSubject } from "#src/slack/ids";
import { keepAnswers } from "#src/slack/keep-answers";
import { createFindLinks } from "#src/slack/message-links";
import { createOutbox, type OutboxTiming } from "#src/slack/outbox";
import type { PainterTiming } from "#src/slack/paint";
import { createPainter } from "#src/slack/painter";
import { createFileRenderer, createNoteRenderer, createReleaseRenderer } from "#src/slack/render";
import { withCanaries } from "#src/slack/render-canary";
import { digestFace } from "#src/slack/render-digest";
import { type OperationFaces, withOperations } from "#src/slack/render-operations";
import { withProposals } from "#src/slack/render-proposal";
import { createSubjectRenderer } from "#src/slack/render-rollback";
import { withSlos } from "#src/slack/render-slos";
import { smokeFace } from "#src/slack/render-smoke";
import { createWeeklyFace } from "#src/slack/render-weekly";

type Environment = z.infer<typeof serveEnvironment>;

export type BotOptions = {
  readonly config: Config;
  readonly environment: Environment;
  readonly named: NamedVariables;
  readonly variables: Variables;
  /** Accept a database role that could rewrite the journal, and say so. */
  readonly dev: boolean;
  readonly log: Log;
  /** Domain clock. Default: the real time. */
  readonly clock?: DomainClock;
  /** How often canaries are looked at. Default: every 5 s while one is open. */
  readonly watchPace?: WatchPace;
  /** When schedules and open releases are looked after: a cron of six fields, seconds first. Default: every 30 s. */
  readonly lookAfter?: string;
  /** Default: what Slack's limits ask for. */
  readonly pace?: SlackPace;
};

/** How fast to speak to Slack, and how long to wait for it. */
export type SlackPace = {
  readonly timeoutMs?: number;
  readonly painter?: Partial<PainterTiming>;
  readonly outbox?: Partial<OutboxTiming>;
};

export type Bot = {
  readonly port: number | null;
  readonly transport: "http" | "socket";
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** How often schedules and open releases are looked after: people resolved again, evidence refreshed before it ages out. */
const LOOK_AFTER_CRON = "*/30 * * * * *";

/** What is due to be shown is shown before the process ends; what takes longer is another process's, or the next one's. */
const LAST_PAINT_MS = 3_000;
const LAST_LOOK_MS = 3_000;

/** The bot: the core, Slack in both directions, and the timer that looks after open releases. */
export async function composeBot(options: BotOptions): Promise<Bot> {
  const { config, environment, log, pace = {} } = options;
  const { identity, web, self } = await composeIdentity({
    token: environment.SLACK_BOT_TOKEN,
    apiUrl: environment.SLACK_API_URL,
    config,
    log,
    ...(pace.timeoutMs === undefined ? {} : { timeoutMs: pace.timeoutMs }),
  });
  const core = await composeCore({
    config,
    databaseUrl: environment.DATABASE_URL,
    named: options.named,
    variables: options.variables,
    identity,
    team: self.teamId,
    log,
    supervise: true,
    metricsUrl: metricsUrlOf(environment),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.watchPace === undefined ? {} : { watchPace: options.watchPace }),
  });
  try {
    await assertReady(core, options.dev, log);
  } catch (error) {
    await core.close();
    throw error;
  }

  const { pool, useCases, rollbacks, canaries, operations, proposals, slos, clock } = core;
  /** How each kind of operation shows itself, where it does so in its own way. */
  const now = Date.now;
  const links = createFindLinks({ pool, web, now, log });
  const faces: OperationFaces = {
    digest: digestFace(links),
    smoke: smokeFace,
    weekly: createWeeklyFace({ members: () => identity.members() }),
  };
  const { manifests } = core.checks;
  const holder = `${hostname()}/${process.pid}/${now()}`;
  const pauseForChannel = createPauseForChannel({ config: config.golive, useCases, identity, pool });
  const tellOfUnseenRollback = createTellOfUnseenRollback({ config: config.golive, rollbacks, identity, pool });
  const tellOfUnseenCanary = createTellOfUnseenCanary({ canaries, identity, pool });
  const tellOfUnseenOperation = createTellOfUnseenOperation({
    config: config.golive,
    operations: operations.useCases,
    identity,
    pool,
  });
  const tellOfUnseenAlert = createTellOfUnseenAlert({ config: config.golive, slos, identity, pool });
  const painter = createPainter({
    pool,
    web,
    now,
    log,
    holder,
    render: withProposals(
      proposals,
      withSlos(
        slos,
        withOperations(
          { operations: operations.useCases, week: operations.week, faces, now: clock.now },
          withCanaries(
            canaries,
            createSubjectRenderer(rollbacks, createReleaseRenderer(useCases, clock.now), clock.now),
            clock.now,
          ),
        ),
        clock.now,
      ),
      clock.now,
    ),
    onChannelLost(subject, why) {
      if (isCanarySubject(subject)) return tellOfUnseenCanary(subject, why);
      if (isSloSubject(subject)) return tellOfUnseenAlert(subject, why);
      if (isOperationSubject(subject)) return tellOfUnseenOperation(subject, why);
      return (isRollbackId(subject) ? tellOfUnseenRollback : pauseForChannel)(subject, why);
    },
    timing: pace.painter ?? {},
  });
  const outbox = createOutbox({
    pool,
    web,
    now,
    log,
    holder,
    selfId: self.userId,
    render: createNoteRenderer({
      config,
      manifests,
      useCases,
      rollbacks,
      canaries,
      proposals,
      operations: {
        operations: operations.useCases,
        faces,
        async onCall(service) {
          return peopleOf(await identity.members(), config.golive.services[service]?.on_call ?? []);
        },
      },
      log,
    }),
    renderFile: createFileRenderer({
      useCases,
      manifest: manifests.file,
      evaluation: core.evaluations.page,
      incident: core.incidents.file,
    }),
    onThreadGone: painter.messageDeleted,
    timing: pace.outbox ?? {},
  });
  const meter = createProcessMeter(() => performance.now());
  // Processes report every 15 s: whoever asks for a status within the same second gets the same line.
  const resources = keepAnswers(() => core.resources.now(), { now, shareMs: 1_000, keptMs: 1_000 });
  const observations = composeObservations({ core, config, tokens: options.named.observationTokens, log });
  const openCanaries = async () => {
    const newest = await Promise.all(Object.keys(config.golive.services).map((id) => canaries.currentCanary(id)));
    return newest.filter((view) => view !== null).filter(({ canary }) => canary.ended === null);
  };
  const routes = createRoutes({
    ready: () =>
      pool.query("SELECT 1").then(
        () => true,
        () => false,
      ),
    metrics: createMetrics(meter, core.resources, observations.counts, openCanaries, slos.readAll),
    intake: observations.routes,
  });
  const mode = modeOf(environment);
  if (options.named.observationTokens.size > 0 && mode.kind === "socket" && environment.METRICS_PORT === undefined) {
    log.warn("observations have a token, but in Socket Mode nothing listens for them: set METRICS_PORT");
  }
  const home = createHomePages({
    services: Object.keys(config.golive.services),
    picture: core.pictures,
    identity,
    team: self.teamId,
    web,
    links,
    now: clock.now,
    machineNow: now,
    log,
  });
  const app = createSlackApp({
    mode,
    botToken: environment.SLACK_BOT_TOKEN,
    ...(environment.SLACK_API_URL === undefined ? {} : { slackApiUrl: environment.SLACK_API_URL }),
    machineNow: now,
    config: config.golive,
    useCases,
    rollbacks,
    canaries,
    proposals,
    operations: { ...operations.useCases, schedule: operations.schedule },
    slos: slos.useCases,
    home,
    identity,
    web,
    painter,
    pauseForChannel,
    manifestSummary: manifests.summary,
    self,
    now: clock.now,
    log,
    resources: () => resources.known("now"),
    ...(environment.METRICS_PORT === undefined ? { routes } : {}),
  });
  const machines =
    environment.METRICS_PORT === undefined
      ? null
      : createMachineServer({ host: hostOf(environment), port: environment.METRICS_PORT, routes });
  core.journal.onCommit(() => {
    painter.nudge();
    outbox.nudge();
    home.nudge();
  });
  const looks = createLooks({
    looks: [
      { what: "releases", look: () => lookAfterReleases({ ...core, log }, now()) },
      { what: "services", look: core.lookAfterServices },
      { what: "proposals", look: core.lookAfterProposals },
      { what: "schedules", look: operations.look },
      { what: "SLOs", look: slos.lookAtAll },
      { what: "homes", look: home.refresh },
    ],
    clock: machineClock,
    log,
  });
  const lookAfter = schedule(options.lookAfter ?? LOOK_AFTER_CRON, looks.tick);

  return {
    get port() {
      return app.port;
    },
    transport: mode.kind,
    async start() {
      const channelDeps = { config: config.golive, identity, painter, useCases, pauseForChannel };
      await core.startWorkers({
        cutovers: true,
        followChannel: (channel) => followChannel(channelDeps, channel, null),
      });
      painter.start();
      outbox.start();
      await observations.start();
      await machines?.start();
      await app.start();
      await lookAfterReleases({ ...core, log }, now());
      // What was missed while no copy ran doesn't wait for the next tick.
      await operations.look();
    },
    // Intake first, then running work, then what is due to be painted, then connections: Bolt's stop waits for nothing.
    async stop() {
      await lookAfter.destroy();
      home.stop();
      // Its connections are still there; what takes longer is made up for by the next look of any process.
      await looks.stop(LAST_LOOK_MS);
      await app.stop();
      await observations.stop();
      await core.jobs.stop();
      await Promise.race([
        Promise.all([painter.paintDue(LAST_PAINT_MS), outbox.sendDue(LAST_PAINT_MS)]),
        wait(LAST_PAINT_MS, null, { ref: false }),
      ]);
      await Promise.all([painter.stop(), outbox.stop()]);
      meter.stop();
      await machines?.stop();
      await core.close();
    },
  };
}

function modeOf(environment: Environment): SlackMode {
  if (environment.SLACK_APP_TOKEN !== undefined) return { kind: "socket", appToken: environment.SLACK_APP_TOKEN };
  return {
    kind: "http",
    host: hostOf(environment),
    port: environment.PORT,
    signingSecret: environment.SLACK_SIGNING_SECRET ?? "",
  };
}

/** A container is reached through none of its own loopback: every interface unless HOST says otherwise. */
const hostOf = ({ HOST }: Environment): string => HOST ?? "0.0.0.0";

/** Where this process's own metrics answer it; null where nothing listens for them, or on a port that nobody knows yet. */
function metricsUrlOf(environment: Environment): string | null {
  const { METRICS_PORT, PORT, SLACK_APP_TOKEN } = environment;
  const port = METRICS_PORT ?? (SLACK_APP_TOKEN === undefined ? PORT : 0);
  if (port === 0) return null;
  const host = hostOf(environment);
  const near = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${near.includes(":") ? `[${near}]` : near}:${port}/metrics`;
}

async function assertReady(core: Core, dev: boolean, log: Log): Promise<void> {
  const client = await core.pool.connect();
  try {
    const missing = await missingMigrations(client);
    if (missing.length > 0) {
      throw new JournalError(
        "schema-mismatch",
        false,
        `The database is not migrated (${missing.join(", ")}). Run: golive migrate`,
      );
    }
    const warning = await assertAppRole(client, { dev });
    if (warning !== null) log.warn(warning);
  } finally {
    client.release();
  }
}
