import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoExtras } from "#sandbox/demo/extras";
import { nightControls } from "#sandbox/demo/night-controls";
import { ensureLiveRun } from "#sandbox/demo/populate";
import { SPOILERS, spoil } from "#sandbox/demo/spoilers";
import { CORPUS, type Demo, openDemo } from "#test/browser/support/open-demo";
import type { Seat } from "#test/browser/support/seat";
import { takePicture } from "#test/browser/support/take-picture";

/** A service that is live and goes bad over night: each test begins where the one before ended. */
let demo: Demo;
let seat: Seat;

beforeAll(async () => {
  demo = await openDemo({ nights: true }, (house) =>
    demoExtras(house.ragUrl, CORPUS, { now: house.clock.now, controls: nightControls(house) }),
  );
  await ensureLiveRun(demo.house.ragUrl, CORPUS);
  // High enough for the longest message: what lies outside of the pane is in no picture.
  seat = await demo.sit({ viewport: { width: 1280, height: 1900 }, deviceScaleFactor: 1.5 });
});
afterAll(() => demo?.stop());

const NIGHT_MS = 300_000;
const sleep = (label: string) => seat.page.getByRole("button", { name: label }).click();
const message = (text: RegExp) => seat.channel.getByRole("article", { name: /^Golive/ }).filter({ hasText: text });
/** What was said about the last press would lie over the picture. */
const waveAway = async () => {
  const notices = seat.page.getByRole("button", { name: "Dismiss notice" });
  for (let left = await notices.count(); left > 0; left -= 1) await notices.first().click();
};
const openHome = () => seat.page.getByRole("link", { name: "Golive Home" }).click();
const home = () => seat.page.getByRole("region", { name: /^Home of / });

describe("a night in the page", () => {
  it("Home says what runs next as soon as the bot has looked at the schedules", async () => {
    await openHome();
    await home()
      .getByText(/Next: Smoke/)
      .waitFor();
    await seat.page.getByRole("link", { name: "release", exact: true }).click();
  });

  it("a spoiled service: smoke is loud, with the questions that went wrong", async () => {
    await spoil(demo.house, SPOILERS.constant);
    await sleep("Sleep until 02:30");
    const loud = message(/fail · Smoke #1 of support-docs/);
    await loud.getByText("Worst of rag-qa").waitFor({ timeout: NIGHT_MS });
    await waveAway();
    await takePicture("smoke", loud);
  });

  it("on Sunday the cause is named, and a step of its card is begun and done", async () => {
    await seat.become("Mila Berg");
    await sleep("Sleep until Sunday, 04:00");
    const weekly = message(/Weekly evaluation #1/).filter({ hasText: "📋" });
    await weekly.first().waitFor({ timeout: NIGHT_MS });
    await weekly
      .getByRole("button", { name: /^Start step/ })
      .first()
      .click();
    await weekly.getByRole("button", { name: /^Done/ }).first().click();
    await seat.dialog.getByLabel(/What did you find/).fill("All answers are the same sentence, whatever was asked.");
    await seat.dialog.getByRole("button", { name: "Done" }).click();
    await weekly.getByText(/✅ done · 1\./).waitFor();
    await waveAway();
    await takePicture("weekly", weekly);
  });

  it("another choice of examples is a proposal, and changes nothing by itself", async () => {
    demo.house.ragService.behave();
    await seat.become("Rosa Lind");
    await seat.send("/golive run few-shot");
    const proposal = message(/Proposal #1 · support-docs/);
    await proposal.getByRole("button", { name: /^Accept/ }).waitFor({ timeout: NIGHT_MS });
    await waveAway();
    await takePicture("proposal", proposal);
    await seat.become("Mila Berg");
  });

  it("the morning says whose turn it is, and so does Mila's Home, with a link to the message", async () => {
    await sleep("Sleep until 08:00");
    const digest = message(/support-docs this morning/);
    await digest.getByText("Waiting", { exact: true }).waitFor({ timeout: NIGHT_MS });
    await waveAway();
    await takePicture("digest", digest);
    await openHome();
    await home()
      .getByText(/nobody works on it/)
      .first()
      .waitFor();
    await takePicture("home", home().locator(".home"));
    await home().getByRole("link", { name: "Open" }).first().click();
    await message(/Weekly evaluation #1/)
      .first()
      .waitFor();
  });

  it("/golive slo shows every SLO with its number, budget and trend", async () => {
    await seat.send("/golive slo");
    const slos = seat.onlyMe.filter({ hasText: "p95 latency" });
    await slos.waitFor();
    await takePicture("slo", slos);
  });

  it("the page's scripts threw nothing all along", () => {
    expect(seat.scriptErrors).toEqual([]);
  });
});
