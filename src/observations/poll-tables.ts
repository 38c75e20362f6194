import type { Log } from "#src/log";
import { type PollDeps, pollOnce } from "#src/observations/poll-table";

/** Rows that a log line names. */
const MOST_NAMED = 5;

/** Looks into the services' own trace tables, each every so many seconds, as long as this process runs. */
export interface Polling {
  start(): void;
  /** Gives up the look that is under way; nothing of it is stored. */
  stop(): Promise<void>;
}

export function createPolling(tables: readonly PollDeps[], log: Log): Polling {
  const ending = new AbortController();
  const timers = new Map<PollDeps, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();

  async function look(table: PollDeps): Promise<void> {
    let more = false;
    try {
      const polled = await pollOnce(table, ending.signal);
      if (polled.state === "read") {
        more = polled.more;
        tell(table, polled.problems);
      }
    } catch (error) {
      if (!ending.signal.aborted) log.warn({ err: error, service: table.service }, "the trace table could not be read");
    }
    next(table, more ? 0 : table.poll.every_s * 1_000);
  }

  function tell({ service }: PollDeps, problems: readonly { readonly sentence: string }[]): void {
    if (problems.length === 0) return;
    const rows = problems.slice(0, MOST_NAMED).map(({ sentence }) => sentence);
    log.warn({ service, refused: problems.length, rows }, "rows of the trace table could not be used");
  }

  function next(table: PollDeps, ms: number): void {
    if (ending.signal.aborted) return;
    const timer = setTimeout(() => {
      const looking = look(table).finally(() => running.delete(looking));
      running.add(looking);
    }, ms);
    timer.unref();
    timers.set(table, timer);
  }

  return {
    start() {
      for (const table of tables) next(table, 0);
    },
    async stop() {
      ending.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
