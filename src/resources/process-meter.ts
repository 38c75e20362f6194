import { watchLoopLag } from "#src/resources/loop-lag";

/** How this process is doing. `cpuShare`: of one core, since the last reading; more than 1 when several threads work. */
export type ProcessSample = {
  readonly observedMs: number;
  readonly eventLoopLagMs: number;
  readonly rssBytes: number;
  readonly cpuShare: number;
};

/** Reads how this process is doing; each reader of its own, since a reading says what was since the last. */
export interface ProcessMeter {
  read(): ProcessSample;
  stop(): void;
}

/** `ticks`: a steady clock, in milliseconds. */
export function createProcessMeter(ticks: () => number): ProcessMeter {
  const lag = watchLoopLag(ticks);
  let before = { at: ticks(), cpu: process.cpuUsage() };
  return {
    read() {
      const at = ticks();
      const used = process.cpuUsage(before.cpu);
      const elapsed = Math.max(at - before.at, 1);
      before = { at, cpu: process.cpuUsage() };
      const { p99Ms, observedMs } = lag.read();
      return {
        observedMs,
        eventLoopLagMs: p99Ms,
        rssBytes: process.memoryUsage.rss(),
        cpuShare: (used.user + used.system) / 1_000 / elapsed,
      };
    },
    stop: () => lag.stop(),
  };
}
