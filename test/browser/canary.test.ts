import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canaryControls } from "#sandbox/demo/canary-controls";
import { canaryStatus } from "#sandbox/demo/canary-status";
import { demoExtras } from "#sandbox/demo/extras";
import { ensureCandidate, ensureLiveRun, readLive } from "#sandbox/demo/populate";
import { collectSignOffs, cutOver, startRelease } from "#sandbox/demo/scenes";
import { createStage } from "#sandbox/demo/stage";
import { loadGold } from "#sandbox/rag/gold";
import { CORPUS, type Demo, openDemo } from "#test/browser/support/open-demo";
import type { Seat } from "#test/browser/support/seat";
import { takePicture } from "#test/browser/support/take-picture";

/** A candidate that is live and spoiled from the page: each test begins where the one before ended. */
let demo: Demo;
let seat: Seat;

beforeAll(async () => {
  const gold = await loadGold(`${CORPUS}/gold.jsonl`);
  demo = await openDemo({}, (house) =>
    demoExtras(house.ragUrl, CORPUS, {
      now: house.clock.now,
      controls: canaryControls(house, gold, () => undefined),
    }),
  );
  const { house } = demo;
  await ensureLiveRun(house.ragUrl, CORPUS);
  await ensureCandidate(house.ragUrl, CORPUS);
  const stage = createStage(house.slack.workspace, house.slack.hands, () => undefined);
  await startRelease({ stage, house, corpus: CORPUS }, "");
  await collectSignOffs({ stage, house, corpus: CORPUS }, false);
  await cutOver({ stage, house, corpus: CORPUS }, "run-2");
  await stage.until("the canary to begin", async () =>
    (await canaryStatus(house))?.standing === "watching" ? true : null,
  );
  seat = await demo.sit();
});
afterAll(() => demo?.stop());

const press = (label: string) => seat.page.getByRole("button", { name: label }).click();
const breach = () =>
  seat.channel
    .getByRole("article", { name: /^Golive/ })
    .filter({ has: seat.page.getByRole("button", { name: /^Acknowledge/ }) });

describe("a canary in the page", () => {
  it("breaches when its candidate is spoiled and time passes: one message, with its chart", async () => {
    const { clock } = demo.house;
    const spoiledAt = clock.now() + 8 * 3_600_000;
    await press("Let two days pass");
    // A chart needs some hours before the breach.
    await expect.poll(() => clock.now(), { timeout: 240_000, interval: 100 }).toBeGreaterThan(spoiledAt);
    await press("Spoil: twice as slow");
    await seat.page.getByText(/run-2 is spoiled/).waitFor();
    await breach()
      .getByText(/P95 latency is more than/)
      .waitFor({ timeout: 120_000 });
    expect(await breach().count()).toBe(1);
    await breach().getByRole("figure").first().waitFor();
    await takePicture("breach", breach());
  });

  it("is rolled back by the button, with a reason, and what was live before answers", async () => {
    await breach()
      .getByRole("button", { name: /^Roll back/ })
      .click();
    await seat.dialog.getByLabel(/Why/).fill("answers take twice as long");
    await seat.dialog.getByRole("button", { name: "Roll back" }).click();
    await expect.poll(() => readLive(demo.house.ragUrl), { timeout: 60_000 }).toEqual({ run: "run-1", config: "v1" });
    await expect.poll(async () => (await canaryStatus(demo.house))?.ended?.as, { timeout: 60_000 }).toBe("rolled-back");
  });

  it("the page's scripts threw nothing all along", () => {
    expect(seat.scriptErrors).toEqual([]);
  });
});
