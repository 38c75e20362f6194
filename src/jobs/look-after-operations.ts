import type { Jobs } from "#src/jobs/create-jobs";
import { createScrubber, type Log } from "#src/log";
import type { ScheduleText } from "#src/operations/events";
import { openOperations } from "#src/operations/evolve-agenda";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import { dueFires } from "#src/operations/schedule/due";
import { sameSchedule } from "#src/operations/schedule/same-schedule";
import type { AgendaState } from "#src/operations/state";
import type { DecideOperation } from "#src/operations/use-cases/decide-operation";
import type { DomainClock } from "#src/release/clock";
import type { FreezeWindow } from "#src/release/policy";
import { sentence } from "#src/release/wording";

/** What is configured of a service's clock. */
export type ServiceSchedules = {
  readonly id: string;
  readonly channel: string;
  readonly schedules: Readonly<Record<OperationKind, ScheduleText | null>>;
  readonly holidays: readonly string[];
  readonly freezeWindows: readonly FreezeWindow[];
};

type Deps = {
  readonly services: readonly ServiceSchedules[];
  readonly agenda: (service: string) => Promise<AgendaState>;
  readonly decide: DecideOperation;
  readonly newOperationId: () => string;
  /** Whether anything answers; where that can't be seen: true. */
  readonly isLive: (service: string) => Promise<boolean>;
  readonly isCuttingOver: (service: string) => Promise<boolean>;
  readonly jobs: Pick<Jobs, "deadJobs">;
  readonly calendar: Calendar;
  readonly clock: DomainClock;
  readonly log: Log;
};

/** Looks at every service's clock. */
export type OperationsLook = () => Promise<void>;

/**
 * One look: schedules as configured (once, when this process first looks: of two copies with different files the one that started last
 * decides), what is due, and runs whose job failed every time. Nothing is written, and no lock taken, where nothing is to be done.
 */
export function createLookAfterOperations(deps: Deps): OperationsLook {
  const set = new Set<string>();
  return async () => {
    await Promise.all(
      deps.services.map(async (service) => {
        try {
          await lookAt(deps, service, set);
        } catch (err) {
          deps.log.warn(
            { err, service: service.id },
            "a service's schedules could not be looked after; it is tried again",
          );
        }
      }),
    );
  };
}

async function lookAt(deps: Deps, service: ServiceSchedules, set: Set<string>): Promise<void> {
  const { id, schedules } = service;
  let agenda = await deps.agenda(id);
  if (!set.has(id)) {
    if (OPERATIONS.some((kind) => !sameSchedule(agenda.entries[kind].schedule, schedules[kind]))) {
      await deps.decide(id, null, null, { type: "set-schedules", schedules });
      agenda = await deps.agenda(id);
    }
    set.add(id);
  }
  await endDead(deps, agenda);
  for (const kind of OPERATIONS) {
    if (dueFires(id, kind, agenda.entries[kind], deps.calendar, deps.clock.now()) !== null)
      await fire(deps, service, kind);
  }
}

async function fire(deps: Deps, { id, channel, holidays, freezeWindows }: ServiceSchedules, kind: OperationKind) {
  const [isLive, isCuttingOver] = await Promise.all([deps.isLive(id), deps.isCuttingOver(id)]);
  const operation = deps.newOperationId();
  const facts = { operation, channel, holidays, freezeWindows, isLive, isCuttingOver };
  await deps.decide(id, operation, null, { type: "fire", kind, ...facts });
}

/** A run whose job failed every time ends as an error: it must not keep the next ones from beginning. */
async function endDead({ jobs, decide, log }: Deps, agenda: AgendaState): Promise<void> {
  const { service } = agenda;
  for (const { kind, operation } of openOperations(agenda)) {
    const [dead] = await jobs.deadJobs({ service, operation });
    if (dead === undefined) continue;
    const says = createScrubber([])(dead.error);
    const tries = dead.retries + 1;
    log.warn({ service, operation, kind, tries }, "a run failed every time and is given up");
    const summary = `It failed every time (${tries} tries). The last error: ${sentence(says)}`;
    await decide(service, operation, null, {
      type: "finish",
      finding: { verdict: "error", summary, result: { tries } },
    });
  }
}
