import { resolve } from "node:path";
import type { Pool } from "pg";
import { createMonitor } from "#src/canary/monitor/create-monitor";
import { canBeProbed, probeName } from "#src/canary/probes/probe-order";
import { cautionOf, silentAfter } from "#src/canary/probes/probe-terms";
import { probesWait } from "#src/canary/probes/probes-wait";
import { type CanaryUseCases, createCanaryUseCases } from "#src/canary/use-cases/canaries";
import { canaryOf, createDecideCanary } from "#src/canary/use-cases/decide-canary";
import { canaryStream } from "#src/canary/watch/events";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Governed, Manifests } from "#src/compose-manifests";
import type { Config } from "#src/config/load-config";
import { toCanaryResponse } from "#src/config/to-canary-response";
import { listServices, toPolicy } from "#src/config/to-policy";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { readGold } from "#src/evaluation/run/gold-file";
import type { RunningJob } from "#src/jobs/create-jobs";
import { type CanaryTerms, createStartCanary } from "#src/jobs/handlers/start-canary";
import { createWatchCanaries } from "#src/jobs/watch-canary";
import { createWatchLoop, type WatchLoop, type WatchPace } from "#src/jobs/watch-loop";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import type { DomainClock } from "#src/release/clock";
import { releaseStream, serviceStream } from "#src/release/events";
import type { ReleaseState } from "#src/release/state";
import type { Identity } from "#src/release/use-cases";
import { releaseOf, serviceOf } from "#src/release/use-cases/folded";
import { stableManifest } from "#src/release/use-cases/stable-manifest";
import type { RollbackUseCases } from "#src/rollback/use-cases/rollbacks";

export type Canaries = {
  readonly useCases: CanaryUseCases;
  readonly startCanary: (job: RunningJob) => Promise<void>;
  /** Those that have not ended. */
  readonly open: () => Promise<readonly CanaryWatch[]>;
  readonly loop: WatchLoop;
};

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly governed: (service: string) => Governed;
  readonly identity: Identity;
  readonly rollbacks: RollbackUseCases;
  readonly differences: Manifests["differences"];
  readonly pace?: WatchPace;
  readonly log: Log;
};

/** Lines of a manifest's difference that a canary keeps; all of them stand in the diff of the manifests. */
const MOST_CHANGES = 40;

/** Canaries: how one begins, who looks at it, and what people can ask of it. */
export function composeCanaries(deps: Deps): Canaries {
  const { config, journal, clock, governed, log } = deps;
  const decide = createDecideCanary({ journal, clock });
  const serviceState = async (id: string) => serviceOf(id, await journal.load(serviceStream(id)));
  const canary = async (id: string) => canaryOf(await journal.load(canaryStream(id)));
  const release = async (id: string) => releaseOf(await journal.load(releaseStream(id)));
  const monitor = createMonitor({ pool: deps.pool, questionText });
  const services = listServices(config).map(({ id }) => id);

  /** Empty where no dataset is configured. Throws `ResultFileError`. */
  async function goldOf(id: string): Promise<readonly GoldQuestion[]> {
    const [dataset] = governed(id).service.datasets;
    return dataset === undefined ? [] : (await readGold(resolve(config.dir, dataset.file))).questions;
  }

  async function questionText(id: string): Promise<ReadonlyMap<string, string>> {
    try {
      return new Map((await goldOf(id)).map((gold) => [probeName(gold), gold.question]));
    } catch (error) {
      // Its questions go by their ids then.
      if (error instanceof ResultFileError) return new Map();
      throw error;
    }
  }

  const perHourOf = (id: string): number | null => {
    const { probes } = governed(id).service.canary;
    return probes === false ? null : probes.per_hour;
  };

  /** How many different questions can be asked of both, and what they are too few for. */
  async function questionsOf(id: string): Promise<Pick<CanaryTerms, "questions" | "caution">> {
    try {
      const questions = (await goldOf(id)).filter(canBeProbed).length;
      return { questions, caution: cautionOf(config.canary, questions, perHourOf(id)) };
    } catch (error) {
      if (!(error instanceof ResultFileError)) throw error;
      return { questions: 0, caution: `The gold file can't be used: ${error.message}.` };
    }
  }

  async function changesOf({ service, candidate, manifest, ...state }: ReleaseState): Promise<readonly string[]> {
    const stable = await stableManifest(journal, service, state.flip?.from ?? state.active);
    if (stable === null || manifest === null) return [];
    const found = (await deps.differences(service, stable, manifest.hash)) ?? [];
    const lines = found.map(({ text }) => text);
    const rest = lines.length - MOST_CHANGES;
    return rest > 0 ? [...lines.slice(0, MOST_CHANGES), `and ${rest} more`] : lines;
  }

  const startCanary = createStartCanary({
    decide,
    release,
    identity: deps.identity,
    journal,
    async terms(state) {
      const { service } = governed(state.service);
      const [asked, changes] = await Promise.all([questionsOf(state.service), changesOf(state)]);
      const response = toCanaryResponse(service);
      const perHour = perHourOf(state.service);
      return {
        ...asked,
        changes,
        policy: config.canary,
        response: {
          ...response,
          silentAfterMs: silentAfter(response.silentAfterMs, config.canary, asked.questions, perHour),
        },
        rights: toPolicy(config, service),
        onCall: service.on_call,
      };
    },
  });

  const loop = createWatchLoop({
    pass: createWatchCanaries({
      services,
      state: serviceState,
      canary,
      decide,
      monitor,
      rollbacks: deps.rollbacks,
      identity: deps.identity,
      async repaint(service, subjects) {
        const paint = { outcome: null, events: [], jobs: [], repaint: subjects, posts: [] };
        await journal.transact(service, null, [], () => paint);
      },
      clock,
      log,
    }),
    clock: machineClock,
    log,
    ...(deps.pace === undefined ? {} : { pace: deps.pace }),
  });

  const useCases = createCanaryUseCases({
    journal,
    decide,
    monitor,
    probesWait: (id) => probesWait(deps.pool, id),
  });
  return {
    async startCanary(job) {
      await startCanary(job);
      loop.nudge();
    },
    loop,
    async open() {
      const states = await Promise.all(services.map(serviceState));
      const canaries = await Promise.all(
        states.map((state) => (state.canary === null ? Promise.resolve(null) : canary(state.canary))),
      );
      return canaries.filter((each) => each !== null);
    },
    useCases: {
      ...useCases,
      async act(id, key, intent) {
        const decided = await useCases.act(id, key, intent);
        // Whoever gives a canary up doesn't wait for the next look.
        if (decided.ok) loop.nudge();
        return decided;
      },
    },
  };
}
