import type { Hold } from "#test/kill/hold";
import type { KillHouse } from "#test/kill/kill-house";
import { has, type People } from "#test/kill/people";

/**
 * A release whose checks have begun and stand still at the chunks, which `hold` keeps locked. The lock is taken while the
 * manifest is being committed: collecting it reads the chunks too.
 */
export async function stopInChecks(
  kill: KillHouse,
  people: People,
): Promise<{ readonly run: string; readonly release: string; readonly hold: Hold }> {
  const run = await kill.candidate();
  const manifest = await kill.holdEvent("manifest-frozen");
  await people.typeStart(run);
  await manifest.blocked();
  const hold = await kill.holdInStore("LOCK TABLE rag.document_chunks IN ACCESS EXCLUSIVE MODE");
  await manifest.release();
  const release = await people.releaseOf(run);
  await kill.facts.until("checks to begin", async () => has(await kill.facts.ofRelease(release), "check-started"));
  await hold.blocked();
  return { run, release, hold };
}
