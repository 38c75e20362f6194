import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { performance } from "node:perf_hooks";
import type { Pool } from "pg";
import type { FullBackups } from "#src/backup/full-backups";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import { composeBackups } from "#src/compose-backups";
import { composeCanaries } from "#src/compose-canaries";
import { composeChecks, type HealthChecks } from "#src/compose-checks";
import { composeEvaluations, createReleaseWish } from "#src/compose-evaluations";
import { composeFewShot } from "#src/compose-few-shot";
import { composeModels, type Models } from "#src/compose-models";
import { composeOperations, type Operations } from "#src/compose-operations";
import { composePictures } from "#src/compose-pictures";
import { composeProbes } from "#src/compose-probes";
import { composeProposals } from "#src/compose-proposals";
import { composeRollbacks } from "#src/compose-rollbacks";
import { type ComposedSlos, composeSlos } from "#src/compose-slos";
import { composeSmoke, type RunSmokeOf } from "#src/compose-smoke";
import type { Variables } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import type { NamedVariables } from "#src/config/named-variables";
import { toChecklist } from "#src/config/to-checklist";
import { toMargins } from "#src/config/to-margins";
import { listServices, toPolicy } from "#src/config/to-policy";
import { tooFewQuestions } from "#src/evaluation/compare/too-few-questions";
import type { Evaluations } from "#src/evaluation/evaluations";
import { createIncidents, type Incidents } from "#src/incident/incidents";
import { createJobs, type Jobs } from "#src/jobs/create-jobs";
import { createCutOver } from "#src/jobs/handlers/cut-over";
import { createEvaluate, createStopEvaluation } from "#src/jobs/handlers/evaluate";
import { createFreezeManifest } from "#src/jobs/handlers/freeze-manifest";
import { createRevalidate } from "#src/jobs/handlers/revalidate";
import { createRunCheck } from "#src/jobs/handlers/run-check";
import { lookAfterServices } from "#src/jobs/look-after-services";
import type { WatchPace } from "#src/jobs/watch-loop";
import { createJournal } from "#src/journal/create-journal";
import type { Journal } from "#src/journal/journal";
import { createPool } from "#src/journal/pool";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import type { ServicePicture } from "#src/operations/digest/picture";
import type { ProposalUseCases } from "#src/operations/use-cases";
import { createRagService } from "#src/rag/service-http";
import type { RagStore } from "#src/rag/store";
import { createRagStore } from "#src/rag/store-postgres";
import type { Checklist } from "#src/release/checklist";
import type { DomainClock } from "#src/release/clock";
import { releaseStream, serviceStream } from "#src/release/events";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";
import { createUseCases } from "#src/release/use-cases/create-use-cases";
import { createDecideIntent } from "#src/release/use-cases/decide-intent";
import { releaseOf, serviceOf } from "#src/release/use-cases/folded";
import { createProcessMeter } from "#src/resources/process-meter";
import { createResources, type Resources } from "#src/resources/read-resources";
import { createResourceReport } from "#src/resources/report-resources";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";

export type CoreOptions = {
  readonly config: Config;
  /** `golive_app`'s connection string to Golive's own database. */
  readonly databaseUrl: string;
  /** How to reach each service's RAG store and RAG service, and the models. */
  readonly named: NamedVariables;
  readonly variables: Variables;
  readonly identity: Identity;
  /** Our Slack team; undefined without Slack. */
  readonly team: string | undefined;
  readonly log: Log;
  /** Whether this process looks after killed workers. False for one-off commands. */
  readonly supervise: boolean;
  /** Default: the real time. */
  readonly clock?: DomainClock;
  /** Where this bot's own metrics answer. Default: nobody knows. */
  readonly metricsUrl?: string | null;
  /** How often canaries are looked at. Default: every 5 s while one is open. */
  readonly watchPace?: WatchPace;
};

/** Everything but the ways in: rules, journal, jobs, gates and stores, for the bot, the command line and tests alike. */
export type Core = {
  readonly useCases: ReleaseUseCases;
  readonly incidents: Incidents;
  readonly identity: Identity;
  readonly team: string | undefined;
  readonly journal: Journal;
  readonly jobs: Jobs;
  readonly pool: Pool;
  readonly clock: DomainClock;
  readonly checks: HealthChecks;
  readonly backups: FullBackups;
  readonly models: Models;
  readonly evaluations: Evaluations;
  readonly rollbacks: RollbackUseCases;
  readonly canaries: CanaryUseCases;
  readonly operations: Pick<Operations, "useCases" | "calendar" | "look" | "schedule" | "week" | "weekly">;
  readonly proposals: ProposalUseCases;
  readonly slos: ComposedSlos;
  readonly smoke: RunSmokeOf;
  /** What is known of a service at one moment. Never rejects: what can't be read is said in it. */
  readonly pictures: (service: string) => Promise<ServicePicture>;
  readonly checklistOf: (service: string) => Checklist;
  readonly storeOf: (service: string) => RagStore;
  /** How all processes of Golive are doing. */
  readonly resources: Resources;
  /**
   * Takes jobs from now on: manifests and checks always; cutovers only when asked to, since they resolve people with this
   * process's directory; looking after releases, and watching canaries, only where a release channel can be followed.
   */
  startWorkers(duties: {
    readonly cutovers: boolean;
    readonly followChannel?: (channel: string) => Promise<void>;
  }): Promise<void>;
  /** Looks at every service's pointer, and at rollbacks that stand still. */
  lookAfterServices(): Promise<void>;
  /** Looks at open proposals: those that nobody decided in time, whose base changed, or that could not be carried out. */
  lookAfterProposals(): Promise<void>;
  /** Finishes what runs, hands back the rest, closes every connection. */
  close(): Promise<void>;
};

/** Wires the core. Throws when Golive's own database can't be reached or isn't migrated. */
export async function composeCore(options: CoreOptions): Promise<Core> {
  const { config, identity, log, variables } = options;
  const clock = options.clock ?? { now: Date.now };
  const pool = createPool({
    url: options.databaseUrl,
    name: "golive",
    max: 10,
    onError: (error) => log.warn({ err: error }, "a database connection broke"),
  });
  const jobs = createJobs({
    url: options.databaseUrl,
    supervise: options.supervise,
    onError: (error) => log.warn({ err: error }, "job queue"),
  });
  const journal = createJournal({ pool, jobs });
  const decide = createDecideIntent({ journal, clock });
  const releaseState = async (id: string) => releaseOf(await journal.load(releaseStream(id)));
  const serviceState = async (id: string) => serviceOf(id, await journal.load(serviceStream(id)));

  const services = listServices(config);
  const stores = new Map(
    services.map((service) => {
      const connectionString = options.named.storeUrls.get(service.id) ?? "";
      const store = createRagStore({ service, connectionString });
      const access = options.named.ragServices.get(service.id);
      if (access === undefined) throw new Error(`no RAG service of ${service.id} was read from the environment`);
      const { url, token } = access;
      const ragService = createRagService({ url, token, timeoutMs: service.rag_service.timeout_s * 1_000 });
      return [service.id, { service, connectionString, store, ragService }] as const;
    }),
  );
  const governed = (id: string) => {
    const found = stores.get(id);
    if (found === undefined) throw new Error(`no service ${id} is configured`);
    return found;
  };
  const models = composeModels({
    config,
    pool,
    databaseUrl: options.databaseUrl,
    access: options.named.modelAccess,
    log,
  });
  const resources = createResources(pool, () => models.limiter.state());
  const report = createResourceReport({
    database: pool,
    holder: `${hostname()}/${process.pid}/${randomBytes(3).toString("hex")}`,
    openMeter: () => createProcessMeter(() => performance.now()),
    onError: (error) => log.warn({ err: error }, "how this process is doing could not be written down"),
  });
  const backups = await composeBackups({ config, pool, variables, governed, log });
  const checks = composeChecks({
    config,
    pool,
    variables,
    governed,
    serviceState,
    models,
    resources,
    backups,
    log,
    now: clock.now,
  });
  const evaluations = composeEvaluations({
    config,
    pool,
    databaseUrl: options.databaseUrl,
    governed,
    models,
    clock,
    journal,
    openCandidate: async (service) => {
      const { openRelease } = await serviceState(service);
      return openRelease === null ? null : ((await releaseState(openRelease))?.candidate ?? null);
    },
  });
  const built = [...checks.gates.values()];
  const checklists = new Map(services.map((service) => [service.id, toChecklist(config, service, built)]));
  const checklistOf = (id: string): Checklist => {
    const found = checklists.get(id);
    if (found === undefined) throw new Error(`no service ${id} is configured`);
    return found;
  };

  const useCases = createUseCases({
    journal,
    clock,
    identity,
    decide,
    evaluationProgress: evaluations.progress,
    newReleaseId: () => `rel_${randomBytes(8).toString("hex")}`,
    service(id) {
      const found = stores.get(id);
      if (found === undefined) return null;
      const { service, store } = found;
      const policy = toPolicy(config, service);
      const adopted = async () => Object.keys((await serviceState(id)).adopted);
      return { id, channel: service.channel, store, adopted, checklist: checklistOf(id), policy };
    },
  });

  const incidents = createIncidents({ pool, journal, differences: checks.manifests.differences });

  const configured = (id: string) => {
    const found = stores.get(id);
    return found === undefined ? null : { checklist: checklistOf(id), policy: toPolicy(config, found.service) };
  };
  const repaint = async (service: string, id: string) => {
    const paint = { outcome: null, events: [], jobs: [], repaint: [id], posts: [] };
    await journal.transact(service, null, [], () => paint);
  };
  const rollbacks = composeRollbacks({
    incidents,
    config,
    journal,
    clock,
    governed,
    caches: options.named.caches,
    backups,
    evaluations,
    decideRelease: decide,
    log,
  });
  const canaries = composeCanaries({
    config,
    pool,
    journal,
    clock,
    governed,
    identity,
    rollbacks: rollbacks.useCases,
    differences: checks.manifests.differences,
    ...(options.watchPace === undefined ? {} : { pace: options.watchPace }),
    log,
  });
  const fewShot = composeFewShot({ config, pool, governed, models });
  const proposals = composeProposals({
    config,
    journal,
    clock,
    identity,
    governed,
    startRelease: useCases.startRelease,
    prepare: fewShot.prepare,
    evaluations: evaluations.store,
    jobs,
    log,
  });
  const probing = composeProbes({
    config,
    pool,
    governed,
    models,
    evaluations,
    open: canaries.open,
    clock,
    log,
  });
  const smoke = composeSmoke({ config, pool, variables, governed, serviceState, checks, models, evaluations, log });
  const operations = composeOperations({
    config,
    journal,
    clock,
    governed,
    evaluations,
    jobs,
    backups,
    smoke: (service, earlier, signal) => smoke({ service, earlier, signal, metricsUrl: options.metricsUrl ?? null }),
    picture: (service) => pictures(service),
    fewShot: fewShot.runner(proposals.useCases),
    proposeFound: proposals.proposeFound,
    log,
  });
  const slos = composeSlos({ config, pool, journal, clock, governed, identity, evaluations, checks, log });
  const pictures = composePictures({
    config,
    journal,
    governed,
    useCases,
    rollbacks: rollbacks.useCases,
    canaries: canaries.useCases,
    operations,
    proposals: proposals.useCases,
    slos: { readSlos: slos.readRecent },
    identity,
    log,
  });
  const ofReleases = { ...evaluations, run: evaluations.store.run };
  const handlers = {
    "freeze-manifest": createFreezeManifest({ decide, release: releaseState, collect: checks.manifests.ofRelease }),
    "run-check": createRunCheck({
      decide,
      release: releaseState,
      run: checks.run,
      collect: checks.manifests.ofRelease,
    }),
    evaluate: createEvaluate({
      decide,
      release: releaseState,
      wish: createReleaseWish({ config, governed, otherSettings: checks.manifests.otherSettings }),
      known: checks.knownEvaluation,
      caution({ active }, { trials }) {
        const answerable = trials.filter(({ gold }) => gold.answerable).length;
        return active === null ? null : tooFewQuestions(answerable, toMargins(config.canary));
      },
      evaluations: ofReleases,
      repaint: ({ service, id }) => repaint(service, id),
      clock: machineClock,
    }),
    "stop-evaluation": createStopEvaluation({ decide, release: releaseState, evaluations: ofReleases }),
    "roll-back": rollbacks.rollBack,
    "start-canary": canaries.startCanary,
    "run-operation": operations.runOperation,
    "apply-proposal": proposals.applyProposal,
    "cut-over": createCutOver({
      decide,
      release: releaseState,
      collect: checks.manifests.ofRelease,
      identity,
      store: (id) => governed(id).store,
      clock,
    }),
  };

  try {
    await jobs.start();
  } catch (error) {
    await models.close();
    await pool.end();
    throw error;
  }
  journal.onCommit(() => jobs.nudge());
  return {
    useCases,
    incidents,
    identity,
    team: options.team,
    journal,
    jobs,
    pool,
    clock,
    checks,
    backups,
    models,
    evaluations,
    rollbacks: rollbacks.useCases,
    canaries: canaries.useCases,
    operations,
    proposals: proposals.useCases,
    slos,
    smoke,
    pictures,
    checklistOf,
    storeOf: (id) => governed(id).store,
    resources,
    async startWorkers({ cutovers, followChannel }) {
      await report.start(followChannel === undefined ? "command" : "bot");
      const {
        "cut-over": cutOver,
        "start-canary": startCanary,
        "apply-proposal": applyProposal,
        "run-operation": runOperation,
        ...checking
      } = handlers;
      await jobs.startWorkers({
        ...checking,
        ...(cutovers ? { "cut-over": cutOver, "start-canary": startCanary, "apply-proposal": applyProposal } : {}),
        ...(followChannel === undefined
          ? {}
          : {
              "run-operation": runOperation,
              revalidate: createRevalidate({
                decide,
                release: releaseState,
                identity,
                clock,
                configured,
                followChannel,
                view: useCases.release,
                repaint,
              }),
            }),
      });
      if (followChannel === undefined) return;
      canaries.loop.start();
      probing.start();
    },
    async lookAfterServices() {
      await lookAfterServices({
        services,
        state: serviceState,
        store: (id) => governed(id).store,
        decide,
        jobs,
        log,
      });
    },
    lookAfterProposals: proposals.lookAfter,
    async close() {
      await Promise.all([canaries.loop.stop(), probing.stop()]);
      await jobs.stop();
      await models.close();
      await report.stop();
      await Promise.all([...stores.values()].map(({ store }) => store.close()));
      await pool.end();
    },
  };
}
