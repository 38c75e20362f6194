import { performance } from "node:perf_hooks";
import type { Io } from "#src/cli/io";
import { drawSteps } from "#src/cli/terminal-list";
import { timeSpan } from "#src/cli/time-span";
import { secondsLeft } from "#src/evaluation/run/estimate-run";
import type { RunCounts } from "#src/evaluation/run/run-record";
import { doneOf, type Tally } from "#src/evaluation/run/run-tally";

/** Shows a run as it goes on, on stderr. */
export interface RunProgress {
  tell(tally: Tally): void;
  end(): Promise<void>;
}

const WIDTH = 24;

/**
 * On a terminal one line with a bar, drawn over when the report follows; anywhere else a plain line for each trial that gets its verdict.
 * What was done before this process took the run up is told in neither.
 */
export function createRunProgress(io: Io, before: RunCounts, estimatedSeconds: number): RunProgress {
  const doneBefore = doneOf(before);
  const began = performance.now();
  const line = (counts: RunCounts): string => {
    const { planned } = counts;
    const done = doneOf(counts);
    const elapsedSeconds = (performance.now() - began) / 1000;
    const measured = secondsLeft({ planned, doneBefore, done, elapsedSeconds });
    const left = measured ?? estimatedSeconds * (1 - done / planned);
    const lost = [`${counts.ungraded} ungraded`, `${counts.failed} failed`].filter((each) => !each.startsWith("0 "));
    return [`${done} of ${planned}`, ...lost, ...(done === planned ? [] : [`${timeSpan(left)} left`])].join(" · ");
  };
  if (io.terminal === undefined || io.terminal === null) {
    return {
      tell({ counts }) {
        if (doneOf(counts) > doneBefore) io.err(`${line(counts)}\n`);
      },
      end: async () => undefined,
    };
  }
  const ended = Promise.withResolvers<void>();
  const drawnLine = (counts: RunCounts) => `${bar(doneOf(counts) / counts.planned)} ${line(counts)}`;
  // What is told before the line is there stands on it when it comes.
  let title = drawnLine(before);
  let retitle: (title: string) => void = () => undefined;
  const drawn = drawSteps(
    io.terminal,
    [
      {
        title,
        run: (again) => {
          retitle = again;
          again(title);
          return ended.promise;
        },
      },
    ],
    1,
  );
  return {
    tell({ counts }) {
      title = drawnLine(counts);
      retitle(title);
    },
    async end() {
      ended.resolve();
      await drawn;
    },
  };
}

function bar(share: number): string {
  const full = Math.round(share * WIDTH);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)}`;
}
