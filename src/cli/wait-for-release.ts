import { setTimeout as wait } from "node:timers/promises";
import { CliError, EXIT, type Io } from "#src/cli/io";
import { checkLine } from "#src/cli/release-text";
import type { Core } from "#src/compose";
import type { ReleaseView } from "#src/release/view";

const LOOK_EVERY_MS = 250;

/**
 * Works off the release's jobs in this process (a running bot may help) and prints each check as it finishes, on stderr,
 * until `done`. Interrupted, it throws: what was decided stands in the journal, and the bot or another wait goes on.
 */
export async function waitForRelease(
  core: Core,
  service: string,
  io: Io,
  done: (view: ReleaseView) => boolean,
): Promise<ReleaseView> {
  let stopped = false;
  void io.stopSignal().then(() => {
    stopped = true;
  });
  await core.startWorkers();
  const said = new Set<string>();
  for (;;) {
    const view = await core.useCases.currentRelease(service);
    if (view === null) throw new CliError("The release is gone from the journal.", EXIT.inconclusive);
    for (const check of view.checks) {
      const key = `${check.definition.id} ${check.attempt}`;
      if (check.status === "pending" || check.status === "running" || said.has(key)) continue;
      said.add(key);
      io.err(`${checkLine(check)}\n`);
    }
    if (done(view) || view.release.ended !== null) return view;
    if (stopped)
      throw new CliError("Interrupted. The release goes on where the bot runs; nothing is lost.", EXIT.interrupted);
    await wait(LOOK_EVERY_MS);
  }
}
