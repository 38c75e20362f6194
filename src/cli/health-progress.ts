import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from "listr2";
import type { Io } from "#src/cli/io";

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

/** listr2 asks process.stdout whether there is a terminal; ours is stderr, and the caller knows that it is one. */
class TerminalRenderer extends DefaultRenderer {
  static override readonly nonTTY = true;
}

type Ended = { readonly line: string; readonly good: boolean };

function drawnList(terminal: NodeJS.WriteStream, ids: readonly string[], atOnce: number): Progress {
  const steps = new Map(ids.map((id) => [id, Promise.withResolvers<Ended>()]));
  // Both of its streams are this one: stdout is not its business, it holds the report alone.
  const processOutput = new ProcessOutput(terminal, terminal, { dump: ["stderr"], leaveEmptyLine: false });
  const list = new Listr(
    [...steps].map(([id, step]) => ({
      title: id,
      task: async (_context: unknown, task: { title: string }) => {
        const { line, good } = await step.promise;
        task.title = `${id}: ${line}`;
        if (!good) throw new Error(task.title);
      },
    })),
    {
      concurrent: atOnce,
      exitOnError: false,
      collectErrors: false,
      registerSignalListeners: false,
      renderer: TerminalRenderer,
      rendererOptions: {
        clearOutput: true,
        showErrorMessage: false,
        logger: new ListrLogger({ processOutput }),
      },
    },
  );
  const drawn = list.run().catch(() => undefined);
  return {
    done: (id, line, good) => steps.get(id)?.resolve({ line, good }),
    async end() {
      for (const step of steps.values()) step.resolve({ line: "stopped", good: false });
      await drawn;
    },
  };
}
