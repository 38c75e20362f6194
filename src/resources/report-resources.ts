import type { Queryable } from "#src/manifest/manifest-records";
import type { ProcessMeter } from "#src/resources/process-meter";
import { dropSample, type ProcessKind, saveSample } from "#src/resources/sample-rows";

/** After its start a process says at once that it is there, and soon how it does: a start is busier than what follows. */
const FIRST_MS: readonly number[] = [1_100, 2_000, 2_000, 2_000, 3_000];
const EVERY_MS = 15_000;

/** Keeps this process's row in golive.process_sample. */
export interface ResourceReport {
  /** Resolves when the first row stands. */
  start(kind: ProcessKind): Promise<void>;
  /** No more rows; the one there is goes. */
  stop(): Promise<void>;
}

/** A report that can't be written is told and tried again with the next; the process goes on. */
export function createResourceReport(deps: {
  readonly database: Queryable;
  readonly holder: string;
  /** Called once, when there is something to report: watching costs a timer. */
  readonly openMeter: () => ProcessMeter;
  readonly onError: (error: unknown) => void;
}): ResourceReport {
  const { database, holder } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let meter: ProcessMeter | null = null;
  let stopped = false;

  async function report(from: ProcessMeter, kind: ProcessKind): Promise<void> {
    try {
      await saveSample(database, holder, kind, from.read());
    } catch (error) {
      deps.onError(error);
    }
  }

  function next(from: ProcessMeter, kind: ProcessKind, reports: number): void {
    if (stopped) return;
    timer = setTimeout(() => {
      running = report(from, kind).then(() => next(from, kind, reports + 1));
    }, FIRST_MS[reports] ?? EVERY_MS);
    timer.unref();
  }

  return {
    async start(kind) {
      if (meter !== null) return;
      meter = deps.openMeter();
      await report(meter, kind);
      next(meter, kind, 0);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      if (meter === null) return;
      meter.stop();
      await dropSample(database, holder).catch(deps.onError);
    },
  };
}
