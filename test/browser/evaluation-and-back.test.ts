import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateLive } from "#sandbox/demo/evaluate-live";
import { ensureLiveRun, ingestNext, readLive } from "#sandbox/demo/populate";
import { CORPUS, type Demo, openDemo } from "#test/browser/support/open-demo";
import type { Seat } from "#test/browser/support/seat";
import { takePicture } from "#test/browser/support/take-picture";

/** A go-live that evaluates, and the night after it: each test begins where the one before ended. */
let demo: Demo;
let seat: Seat;

beforeAll(async () => {
  demo = await openDemo({ evaluates: true });
  await ensureLiveRun(demo.house.ragUrl, CORPUS);
  await evaluateLive(demo.house);
  await ingestNext(demo.house.ragUrl, CORPUS);
  seat = await demo.sit();
});
afterAll(() => demo?.stop());

const live = () => readLive(demo.house.ragUrl);

describe("a go-live that evaluates its candidate", () => {
  it("shows how far it is while everything else goes on, with a way to stop it", async () => {
    await seat.send("/golive start");
    await seat.release.getByText(/Evaluation · \S+ \d+ of 84 questions/).waitFor();
    expect(await seat.release.getByRole("button", { name: "Stop evaluation" }).count()).toBe(1);
    await takePicture("evaluation", seat.page);
  });

  it("has its numbers beside the sign-off about accuracy", async () => {
    await seat.release
      .getByText(/(\d\d) of \1 checks(?! pass)/)
      .first()
      .waitFor();
    await seat.release.getByText(/Quality floors: precision \.\d\d · recall \.\d\d/).waitFor();
    await seat.release.getByText(/Not worse than the baseline: points: /).waitFor();
    await takePicture("accuracy", seat.release);
  });

  it("goes live when it is signed", async () => {
    for (const [person, title] of [
      ["Dan Ito", "Data quality"],
      ["Mila Berg", "Accuracy"],
      ["Ines Roy", "Go-ahead"],
      ["Tom Vega", "Go-ahead"],
      ["Omar Haddad", "Team notified"],
      ["Omar Haddad", "Monitoring dashboards"],
    ] as const) {
      await seat.become(person);
      await seat.sign(title);
    }
    await seat.become("Rosa Lind");
    await seat.release.getByRole("button", { name: "Cut over" }).click();
    await seat.dialog.getByRole("button", { name: "Cut over" }).click();
    // The pointer is flipped before Golive has it on record: what comes next rests on the record.
    await seat.release.getByText(/✅ Live: support-docs answers from run-2/).waitFor();
    expect(await live()).toEqual({ run: "run-2", config: "v1" });
  });
});

describe("/rollback at 3 a.m.", () => {
  it("offers what can be gone back to, newest first, and shows what choosing it would do", async () => {
    await seat.become("Omar Haddad");
    await seat.send("/rollback");
    await seat.dialog.getByText(/run-1/).first().waitFor();
    await takePicture("rollback-choices", seat.page);
    await seat.page.keyboard.press("Escape");
    // The window closes when the server says so: until then nothing else can be typed, or what is opened next is closed with it.
    await seat.dialog.waitFor({ state: "hidden" });
    await seat.send("/rollback previous");
    await seat.dialog
      .getByText(/run-2.*→.*run-1/)
      .first()
      .waitFor();
    await takePicture("rollback-plan", seat.page);
  });

  it("wants the service's name, then goes back step by step, and says what is live and what is locked", async () => {
    await seat.dialog.getByLabel(/Why/).fill("answers cite the wrong page");
    await seat.dialog.getByLabel(/name of the service/).fill("support-docs");
    await seat.dialog.getByRole("button", { name: "Roll back" }).click();
    await expect.poll(live, { timeout: 120_000 }).toEqual({ run: "run-1", config: "v1" });
    const message = seat.channel.getByRole("article", { name: /^Golive/ }).filter({ hasText: /Smoke 24\/24 green/ });
    await message.last().waitFor();
    await seat.channel
      .getByText(/Go-lives are locked/)
      .last()
      .waitFor();
    await takePicture("rollback", message.last());
  });

  it("the page's scripts threw nothing all along", () => {
    expect(seat.scriptErrors).toEqual([]);
  });
});
