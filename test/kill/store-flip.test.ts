import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAllIsWell } from "#test/kill/all-is-well";
import type { Hold } from "#test/kill/hold";
import { type KillHouse, openKillHouse } from "#test/kill/kill-house";
import { createPeople, has, type People } from "#test/kill/people";
import { report } from "#test/kill/report";

let kill: KillHouse;
let people: People;
beforeAll(async () => {
  kill = await openKillHouse();
  people = createPeople(kill);
});
afterEach(({ task }) => kill?.endStory(task.result?.state === "fail"));
afterAll(() => kill?.close());

const POINTER = "SELECT FROM rag.active_pointer WHERE service = 'support-docs' FOR UPDATE";

type Stopped = { readonly run: string; readonly release: string; readonly before: string; readonly hold: Hold };

/** A release that is signed and cut over, and whose flip stands still in the store. */
async function stopInFlip(hold: () => Promise<Hold>): Promise<Stopped> {
  const run = await kill.candidate();
  const before = (await kill.live())?.run ?? "";
  const release = await people.start(run);
  await people.checked(release);
  await people.signAll(release);
  const held = await hold();
  await people.pressCutOver();
  await held.blocked();
  expect(has(await kill.facts.ofRelease(release), "flip-intended")).toBe(true);
  return { run, release, before, hold: held };
}

async function restartUntilLive(what: string, release: string): Promise<void> {
  const began = performance.now();
  await kill.restart();
  await people.live(release);
  report(`${what}, live after`, (performance.now() - began) / 1000);
}

async function ledgerOf(release: string): Promise<readonly string[]> {
  const intended = (await kill.facts.ofRelease(release)).find(({ type }) => type === "flip-intended")?.data.flip;
  return (await kill.facts.ledger()).filter(({ id }) => id === intended).map(({ outcome }) => outcome);
}

const setPointer = (run: string): Promise<void> =>
  kill.inStore(`UPDATE rag.active_pointer SET ingest_run_id = '${run}' WHERE service = 'support-docs'`);

describe("the flip's transaction in the store", () => {
  it("killed while it waits for the pointer's row: nothing was flipped, and on restart it is flipped once", async () => {
    const { run, release, before, hold } = await stopInFlip(() => kill.holdInStore(POINTER));
    await kill.kill();
    await hold.drop();
    expect(await ledgerOf(release)).toEqual([]);
    expect((await kill.live())?.run).toBe(before);
    await restartUntilLive("kill -9 inside the flip, at the pointer's row", release);
    await expectAllIsWell(kill, release, run);
  });

  it("killed in its commit, which the store rolls back: on restart it is flipped once", async () => {
    const { run, release, before, hold } = await stopInFlip(kill.holdFlip);
    await kill.kill();
    await hold.drop();
    expect(await ledgerOf(release)).toEqual([]);
    expect((await kill.live())?.run).toBe(before);
    await restartUntilLive("kill -9 in the flip's commit, rolled back", release);
    await expectAllIsWell(kill, release, run);
  });

  it("killed in its commit, which the store completes: on restart the ledger's answer is journalled, nothing is flipped", async () => {
    const { run, release, hold } = await stopInFlip(kill.holdFlip);
    await kill.kill();
    await hold.release();
    await kill.facts.until("the store to have flipped", async () => (await kill.live())?.run === run);
    expect(await ledgerOf(release)).toEqual(["flipped"]);
    expect(has(await kill.facts.ofRelease(release), "flip-settled")).toBe(false);
    await restartUntilLive("kill -9 in the flip's commit, committed", release);
    await expectAllIsWell(kill, release, run);
  });

  it("flipped, killed, and set back by somebody meanwhile: on restart it is not flipped a second time", async () => {
    const { run, release, before, hold } = await stopInFlip(kill.holdFlip);
    await kill.kill();
    await hold.release();
    await kill.facts.until("the store to have flipped", async () => (await kill.live())?.run === run);
    await setPointer(before);
    await kill.restart();
    await people.live(release);
    // Compare-and-set alone would find what was reviewed and flip again. The pointer is as its owner left it.
    expect((await kill.live())?.run).toBe(before);
    expect(await ledgerOf(release)).toEqual(["flipped"]);
    const facts = await kill.facts.ofRelease(release);
    expect(facts.filter(({ type }) => type === "flip-settled" || type === "went-live")).toHaveLength(2);
  });

  it("killed before it, and the pointer moved by somebody meanwhile: on restart it is refused and the release fails, pointer untouched", async () => {
    const { release, before, hold } = await stopInFlip(() => kill.holdInStore(POINTER));
    await kill.kill();
    await hold.drop();
    const other = before === "run-1" ? "run-2" : "run-1";
    await setPointer(other);
    await kill.restart();
    const ended = await kill.facts.until("the release to end", async () =>
      has(await kill.facts.ofRelease(release), "release-failed"),
    );
    expect(ended).toBe(true);
    expect((await kill.live())?.run).toBe(other);
    expect(await ledgerOf(release)).toEqual(["refused"]);
    const facts = await kill.facts.ofRelease(release);
    for (const type of ["flip-intended", "flip-settled", "release-failed"]) {
      expect(facts.filter((fact) => fact.type === type)).toHaveLength(1);
    }
    expect(has(facts, "went-live")).toBe(false);
    expect((await kill.house.golive(["audit", "verify"])).code).toBe(0);
  });
});
