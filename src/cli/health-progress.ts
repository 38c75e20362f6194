import type { Io } from "#src/cli/io";
import { drawSteps } from "#src/cli/terminal-list";

/** Tells a person who waits what became of each step, on stderr. */
export interface Progress {
  /** `line`: what came of it, short. `good`: nothing stands against it. */
  done(id: string, line: string, good: boolean): void;
  /** Nothing more is drawn after this resolves. Steps that never ended are let go. */
  end(): Promise<void>;
}

/**
 * On a terminal a list in which each step turns from waiting to running to done, drawn over when the report follows; anywhere
 * else a plain line for each step that ends. `atOnce`: how many run at a time, from the first on.
 */
export function createProgress(io: Io, ids: readonly string[], atOnce: number): Progress {
  return io.terminal === undefined || io.terminal === null ? plainLines(io) : drawnList(io.terminal, ids, atOnce);
}

function plainLines(io: Io): Progress {
  return { done: (id, line) => io.err(`${id}: ${line}\n`), end: async () => undefined };
}

type Ended = { readonly line: string; readonly good: boolean };

function drawnList(terminal: NodeJS.WriteStream, ids: readonly string[], atOnce: number): Progress {
  const steps = new Map(ids.map((id) => [id, Promise.withResolvers<Ended>()]));
  const drawn = drawSteps(
    terminal,
    [...steps].map(([id, step]) => ({
      title: id,
      run: async (retitle) => {
        const { line, good } = await step.promise;
        retitle(`${id}: ${line}`);
        if (!good) throw new Error(`${id}: ${line}`);
      },
    })),
    atOnce,
  );
  return {
    done: (id, line, good) => steps.get(id)?.resolve({ line, good }),
    async end() {
      for (const step of steps.values()) step.resolve({ line: "stopped", good: false });
      await drawn;
    },
  };
}
