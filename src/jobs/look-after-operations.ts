import type { Jobs } from "#src/jobs/create-jobs";
import { createScrubber, type Log } from "#src/log";
import type { ScheduleText } from "#src/operations/events";
import { openOperations } from "#src/operations/evolve-agenda";
import { OPERATIONS, type OperationFinding, type OperationKind } from "#src/operations/operation";
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
  readonly jobs: Pick<Jobs, "deadJobs" | "isUnderWay">;
  readonly calendar: Calendar;
  readonly clock: DomainClock;
  /** Machine time, milliseconds: how long a run's job has been missing. */
  readonly machineNow: () => number;
  readonly log: Log;
};

/** A run and its job are written together: one without the other for so long is no question of a moment. */
const LOST_MS = 10 * 60_000;

/** Looks at every service's clock. */
export type OperationsLook = () => Promise<void>;

/**
 * One look: schedules as configured (once, when this process first looks: of two copies with different files the one that started last
 * decides), what is due, and runs whose job failed every time or is gone. Nothing is written, and no lock taken, where nothing is to be done.
 */
export function createLookAfterOperations(deps: Deps): OperationsLook {
  const memory: Memory = { set: new Set(), missingSince: new Map() };
  return async () => {
    await Promise.all(
      deps.services.map(async (service) => {
        try {
          await lookAt(deps, service, memory);
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

/** What this process knows: services whose schedules it has set, and since when an open run's job has been gone. */
type Memory = { readonly set: Set<string>; readonly missingSince: Map<string, number> };

async function lookAt(deps: Deps, service: ServiceSchedules, { set, missingSince }: Memory): Promise<void> {
  const { id, schedules } = service;
  let agenda = await deps.agenda(id);
  if (!set.has(id)) {
    if (OPERATIONS.some((kind) => !sameSchedule(agenda.entries[kind].schedule, schedules[kind]))) {
      await deps.decide(id, null, null, { type: "set-schedules", schedules });
      agenda = await deps.agenda(id);
    }
    set.add(id);
  }
  await endDead(deps, agenda, missingSince);
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

/** A run whose job failed every time, or is gone, ends as an error: it must not keep the next ones from beginning. */
async function endDead(deps: Deps, agenda: AgendaState, missingSince: Map<string, number>): Promise<void> {
  const { jobs, decide, log } = deps;
  const { service } = agenda;
  for (const { kind, operation } of openOperations(agenda)) {
    const [dead] = await jobs.deadJobs({ service, operation });
    if (dead === undefined) {
      if (await isLost(deps, { service, operation }, missingSince)) {
        log.warn({ service, operation, kind }, "a run's job is gone, and the run is given up");
        await decide(service, operation, null, { type: "finish", finding: LOST });
      }
      continue;
    }
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

const LOST: OperationFinding = {
  verdict: "error",
  summary: "Its job is gone from the queue, so nobody works on it any more. It was given up; the next fire runs.",
  result: {},
};

/** Whether neither a job that waits or runs nor a dead one has been there for `LOST_MS`. */
async function isLost(
  { jobs, machineNow }: Deps,
  about: { readonly service: string; readonly operation: string },
  missingSince: Map<string, number>,
): Promise<boolean> {
  if (await jobs.isUnderWay("run-operation", about)) {
    missingSince.delete(about.operation);
    return false;
  }
  const since = missingSince.get(about.operation) ?? machineNow();
  missingSince.set(about.operation, since);
  if (machineNow() - since < LOST_MS) return false;
  missingSince.delete(about.operation);
  return true;
}
