import { createJobs, type DeadJob, type RunningJob } from "#src/jobs/create-jobs";
import { createRunOperation, type OperationRegistry } from "#src/jobs/handlers/run-operation";
import { createLookAfterOperations, type ServiceSchedules } from "#src/jobs/look-after-operations";
import { createJournal } from "#src/journal/create-journal";
import type { Journal } from "#src/journal/journal";
import { JournalError } from "#src/journal/journal-error";
import { createPool } from "#src/journal/pool";
import { createLog } from "#src/log";
import { agendaStream, operationStream } from "#src/operations/events";
import { createCalendar } from "#src/operations/schedule/work/croner-calendar";
import type { OperationUseCases } from "#src/operations/use-cases";
import { createDecideOperation } from "#src/operations/use-cases/decide-operation";
import { createOperationUseCases } from "#src/operations/use-cases/operations";
import { schedule } from "#test/operations/story";
import * as w from "#test/release/world";
import { createTestDatabase } from "#test/support/postgres";

/** Breaks the n-th decision before it is committed, or right after: then it is there, and nobody was told. */
export type Fault = (transaction: number) => "before" | "after" | null;

/** One copy of the bot, as far as the clock goes: its own connections, its own memory. */
export type Replica = {
  readonly useCases: OperationUseCases;
  look(): Promise<void>;
  /** Takes a run's job up, as often as one asks. */
  work(operation: string, signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

/** One database for the services of many tests. */
export type ClockHouse = {
  /** A service for which nothing was ever scheduled, and its time. */
  service(now: number): ServiceClock;
  stop(): Promise<void>;
};

export type ServiceClock = {
  readonly id: string;
  now: number;
  isCuttingOver: boolean;
  dead: readonly DeadJob[];
  /** Whether a job that was sent waits or runs. */
  isUnderWay: boolean;
  /** Machine time, milliseconds. */
  machine: number;
  replica(options?: {
    readonly fault?: Fault;
    readonly runners?: OperationRegistry;
    readonly schedules?: Partial<ServiceSchedules["schedules"]>;
  }): Replica;
  /** Types of the agenda's facts. */
  agenda(): Promise<readonly string[]>;
  /** Types of a run's facts. */
  facts(operation: string): Promise<readonly string[]>;
  /** Runs whose job is there. */
  jobs(): Promise<readonly string[]>;
  posts(): Promise<readonly { readonly key: string; readonly target: unknown; readonly note: unknown }[]>;
  repainted(): Promise<readonly string[]>;
};

const quiet = createLog({ level: "silent", secrets: [] });
const GONE = new JournalError("unreachable", true, "The database can't be reached.");

export async function openClockHouse(): Promise<ClockHouse> {
  const database = await createTestDatabase();
  const eyes = createPool({ url: database.appUrl, name: "eyes", max: 2 });
  const replicas: Replica[] = [];
  const sql = async (text: string, values: unknown[] = []) => (await eyes.query(text, values)).rows;
  const sender = createJobs({ url: database.appUrl, supervise: false, onError: () => undefined });
  await sender.start();
  let ids = 0;
  let services = 0;

  const types = async (stream: string) =>
    (await sql("SELECT type FROM golive.journal WHERE stream = $1 ORDER BY version", [stream])).map(({ type }) => type);

  const serviceAt = (id: string, now: number): ServiceClock => {
    const house: ServiceClock = {
      id,
      now,
      isCuttingOver: false,
      dead: [],
      isUnderWay: true,
      machine: 0,
      replica({ fault = () => null, runners = {}, schedules = { smoke: schedule() } } = {}) {
        const pool = createPool({ url: database.appUrl, name: "replica", max: 4 });
        const journal = faulty(createJournal({ pool, jobs: sender }), fault);
        const clock = { now: () => house.now };
        const calendar = createCalendar();
        const decide = createDecideOperation({ journal, clock, calendar });
        const newOperationId = () => `op_${++ids}`;
        const isCuttingOver = async () => house.isCuttingOver;
        const service = () => ({ channel: "C1", policy: w.policy });
        const useCases = createOperationUseCases({
          journal,
          decide,
          newOperationId,
          service,
          isCuttingOver,
          cardsOf: () => [],
        });
        const runOperation = createRunOperation({ operation: useCases.operation, runners, decide });
        const made: Replica = {
          useCases,
          look: createLookAfterOperations({
            services: [{ id, channel: "C1", schedules: { ...NOTHING, ...schedules }, holidays: [], freezeWindows: [] }],
            agenda: useCases.agenda,
            decide,
            newOperationId,
            isLive: async () => true,
            isCuttingOver,
            jobs: { deadJobs: async () => house.dead, isUnderWay: async () => house.isUnderWay },
            calendar,
            clock,
            machineNow: () => house.machine,
            log: quiet,
          }),
          work: (operation, signal = new AbortController().signal) =>
            runOperation({ id: "job", data: { service: id, operation }, signal } satisfies RunningJob),
          stop: () => pool.end(),
        };
        replicas.push(made);
        return made;
      },
      agenda: () => types(agendaStream(id)),
      facts: (operation) => types(operationStream(operation)),
      jobs: async () =>
        (
          await sql(
            "SELECT data->>'operation' AS operation FROM golive_jobs.job WHERE name = 'run-operation' AND data->>'service' = $1",
            [id],
          )
        ).map(({ operation }) => operation),
      posts: async () =>
        (await sql("SELECT key, target, note FROM golive.outbox WHERE service = $1 ORDER BY created_at, key", [
          id,
        ])) as [],
      repainted: async () =>
        (await sql("SELECT subject FROM golive.slack_message WHERE service = $1", [id])).map(({ subject }) => subject),
    };
    return house;
  };
  return {
    service: (now) => serviceAt(`docs-${++services}`, now),
    async stop() {
      for (const each of replicas) await each.stop();
      await sender.stop(0);
      await eyes.end();
      await database.drop();
    },
  };
}

const NOTHING = { smoke: null, weekly: null, "few-shot": null, backup: null, drill: null, digest: null };

function faulty(journal: Journal, fault: Fault): Journal {
  let transactions = 0;
  return {
    ...journal,
    async transact(...given) {
      const fails = fault(transactions++);
      if (fails === "before") throw GONE;
      const done = await journal.transact(...given);
      if (fails === "after") throw GONE;
      return done;
    },
  };
}
