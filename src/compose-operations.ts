import { randomBytes } from "node:crypto";
import type { FullBackups } from "#src/backup/full-backups";
import type { Governed } from "#src/compose-manifests";
import { composeWeekly, type Weekly } from "#src/compose-weekly";
import type { Config } from "#src/config/load-config";
import { listServices, toPolicy } from "#src/config/to-policy";
import { toSchedules } from "#src/config/to-schedules";
import type { Evaluations } from "#src/evaluation/evaluations";
import type { Jobs, RunningJob } from "#src/jobs/create-jobs";
import { createRunOperation, type OperationRegistry } from "#src/jobs/handlers/run-operation";
import { createLookAfterOperations } from "#src/jobs/look-after-operations";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import { machineClock } from "#src/models/machine-clock";
import { createBackupRunner } from "#src/operations/backups/work/backup-runner";
import { createDrillRunner } from "#src/operations/backups/work/drill-runner";
import type { ServicePicture } from "#src/operations/digest/picture";
import { createDigestRunner } from "#src/operations/digest/work/digest-runner";
import { agendaStream } from "#src/operations/events";
import type { ProposeFound } from "#src/operations/nudges/work/propose-found";
import type { OperationOrder, OperationRunner } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import { createCalendar } from "#src/operations/schedule/work/croner-calendar";
import { type ScheduleView, scheduleView } from "#src/operations/schedule-view";
import { createSmokeRunner, type Smoke } from "#src/operations/smoke/work/smoke-runner";
import type { OperationUseCases } from "#src/operations/use-cases";
import { createDecideOperation } from "#src/operations/use-cases/decide-operation";
import { isAgendaRecord } from "#src/operations/use-cases/folded";
import { createOperationUseCases } from "#src/operations/use-cases/operations";
import { weekSubject } from "#src/operations/week";
import { type WeekView, weekView, withProgress } from "#src/operations/week-view";
import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import { RagStoreError } from "#src/rag/store-error";
import type { DomainClock } from "#src/release/clock";
import { releaseStream, serviceStream } from "#src/release/events";
import { releaseOf, serviceOf } from "#src/release/use-cases/folded";

export type Operations = {
  readonly useCases: OperationUseCases;
  readonly calendar: Calendar;
  readonly runOperation: (job: RunningJob) => Promise<void>;
  readonly weekly: Weekly;
  readonly schedule: (service: string) => Promise<ScheduleView>;
  /** One look at every service's clock: whatever is due begins. */
  readonly look: () => Promise<void>;
  /** A service's week; null: no such service. */
  readonly week: (
    service: string,
    week: string,
  ) => Promise<{ readonly view: WeekView; readonly channel: string } | null>;
};

type Deps = {
  readonly config: Config;
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly governed: (service: string) => Governed;
  readonly evaluations: Evaluations;
  readonly jobs: Pick<Jobs, "deadJobs" | "isUnderWay">;
  readonly backups: FullBackups;
  readonly smoke: Smoke;
  /** What is known of a service, for the digest. Asked for when one runs. */
  readonly picture: (service: string) => Promise<ServicePicture>;
  readonly fewShot: OperationRunner;
  /** What the weekly evaluation ends with: better settings, looked for with what it measured. */
  readonly proposeFound: ProposeFound;
  readonly log: Log;
};

/** Who does which kind of operation: a line each. */
const runnersOf = (
  { journal, backups, smoke, picture, fewShot, clock }: Deps,
  operations: Pick<OperationUseCases, "operation">,
  weekly: Weekly,
): OperationRegistry => ({
  smoke: createSmokeRunner({ journal, smoke }),
  digest: createDigestRunner({ operations, picture, clock }),
  weekly: weekly.runner,
  backup: createBackupRunner(backups),
  drill: createDrillRunner(backups),
  "few-shot": fewShot,
});

/** A store that doesn't answer must not keep the look at the others waiting. */
const POINTER_MS = 10_000;

/** What runs by the clock: schedules, runs, and what can be asked of them. */
export function composeOperations(deps: Deps): Operations {
  const { config, journal, clock, governed, jobs, log } = deps;
  const calendar = createCalendar();
  const decide = createDecideOperation({ journal, clock, calendar });
  const newOperationId = () => `op_${randomBytes(8).toString("hex")}`;
  const services = listServices(config);

  async function isCuttingOver(service: string): Promise<boolean> {
    const { openRelease } = serviceOf(service, await journal.load(serviceStream(service)));
    if (openRelease === null) return false;
    return releaseOf(await journal.load(releaseStream(openRelease)))?.standing === "cutting_over";
  }

  async function isLive(service: string): Promise<boolean> {
    try {
      return (await governed(service).store.pointer(AbortSignal.timeout(POINTER_MS))) !== null;
    } catch (error) {
      if (!(error instanceof RagStoreError)) throw error;
      // The run itself says that the store is away.
      return true;
    }
  }

  const useCases = createOperationUseCases({
    cardsOf: ({ finished }) => readWeeklyResult(finished?.result)?.cards ?? [],
    journal,
    decide,
    newOperationId,
    service: (id) => {
      const { service } = governed(id);
      return { channel: service.channel, policy: toPolicy(config, service) };
    },
    isCuttingOver,
  });

  /** The week's message shows how far a run is. */
  async function repaintWeek({ service, kind }: OperationOrder): Promise<void> {
    const week = (await useCases.agenda(service)).entries[kind].open?.week ?? null;
    if (week === null) return;
    const paint = { outcome: null, events: [], jobs: [], repaint: [weekSubject(service, week)], posts: [] };
    await journal.transact(service, null, [], () => paint);
  }
  const weekly = composeWeekly({
    config,
    governed,
    evaluations: deps.evaluations,
    repaint: repaintWeek,
    afterEvaluation: deps.proposeFound,
    log,
  });

  return {
    useCases,
    calendar,
    runOperation: createRunOperation({
      operation: useCases.operation,
      runners: runnersOf(deps, useCases, weekly),
      decide,
    }),
    weekly,
    look: createLookAfterOperations({
      services: services.map((service) => ({
        id: service.id,
        channel: service.channel,
        schedules: toSchedules(service),
        holidays: service.schedules.holidays,
        freezeWindows: toPolicy(config, service).freezeWindows,
      })),
      agenda: useCases.agenda,
      decide,
      newOperationId,
      isLive,
      isCuttingOver,
      jobs,
      calendar,
      clock,
      machineNow: machineClock.now,
      log,
    }),
    schedule: async (service) => scheduleView(await useCases.agenda(service), calendar, clock.now()),
    async week(id, week) {
      const service = services.find((each) => each.id === id);
      if (service === undefined) return null;
      const facts = (await journal.load(agendaStream(id))).filter(isAgendaRecord);
      const view = weekView(id, week, facts);
      const isRunning = view.rows.some(({ kind, standing }) => kind === "weekly" && standing === "running");
      const progress = isRunning ? await weekly.progress(id) : null;
      return { view: withProgress(view, "weekly", progress), channel: service.channel };
    },
  };
}
