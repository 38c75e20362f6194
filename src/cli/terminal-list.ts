import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from "listr2";

/** listr2 asks process.stdout whether there is a terminal; ours is stderr, and the caller knows that it is one. */
class TerminalRenderer extends DefaultRenderer {
  static override readonly nonTTY = true;
}

/** A line that says what runs; it may be said anew while it does. One whose `run` throws is marked as failed. */
export type DrawnStep = { readonly title: string; readonly run: (retitle: (title: string) => void) => Promise<void> };

/** Draws steps on a terminal, `atOnce` of them running, and wipes them away at the end. Never rejects. */
export function drawSteps(terminal: NodeJS.WriteStream, steps: readonly DrawnStep[], atOnce: number): Promise<unknown> {
  // Both of its streams are this one: stdout is not its business, it holds the report alone.
  const processOutput = new ProcessOutput(terminal, terminal, { dump: ["stderr"], leaveEmptyLine: false });
  const list = new Listr(
    steps.map(({ title, run }) => ({
      title,
      task: (_context: unknown, task: { title: string }) =>
        run((said) => {
          task.title = said;
        }),
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
  return list.run().catch(() => undefined);
}
