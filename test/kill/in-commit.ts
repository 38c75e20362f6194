import { expect } from "vitest";
import { expectAllIsWell } from "#test/kill/all-is-well";
import type { KillHouse } from "#test/kill/kill-house";
import { killInCommit, type Moment, RERUN } from "#test/kill/moments";
import { createPeople } from "#test/kill/people";

/**
 * One story: killed in the COMMIT of the moment's event, started again, brought to its end. People do again only what
 * the journal does not have. Returns the seconds from the restart until the release was live, people included.
 */
export async function playKillInCommit(
  kill: KillHouse,
  moment: Moment,
  outcome: "committed" | "rolled-back",
): Promise<number> {
  const people = createPeople(kill);
  const run = await kill.candidate();
  const recorded = await killInCommit(kill, moment, run, outcome);
  // The one transaction that stood in COMMIT, and nothing besides. A frozen manifest asks for all checks at once.
  expect(recorded).toBe(outcome === "committed" ? 1 : 0);
  const began = performance.now();
  await kill.restart();
  const isLost = outcome === "rolled-back";
  if (isLost && moment.event === "release-started") await people.typeStart(run);
  if (isLost && moment.event === "check-requested") await people.rerun(RERUN);
  const release = await people.releaseOf(run);
  if (moment.event === "check-requested") await people.rerunSeen(release);
  await people.goOn(release);
  const seconds = (performance.now() - began) / 1000;
  await expectAllIsWell(kill, release, run);
  if (moment.event === "check-requested") {
    const facts = await kill.facts.ofRelease(release);
    const asked = facts.filter(({ type, data }) => type === "check-requested" && data.check === RERUN);
    expect(asked, "asked for with the manifest, and once by a person").toHaveLength(2);
  }
  return seconds;
}
