import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { type AppBench, SERVICE, startApp } from "#test/slack/app-bench";
import { CHANNEL, posted } from "#test/slack/bench";
import { readText } from "#test/slack-blocks/check-limits";

/** The bot as it is composed. Each test begins where the one before ended. */
const releasers: Releasers = [];
let bench: AppBench;
beforeAll(async () => {
  bench = await startApp(releasers);
}, 60_000);
afterAll(() => release(releasers));

const eventually = { timeout: 40_000, interval: 20 };
const home = (user: string) => readText(bench.slack.workspace.home(user)?.view.blocks);
const opens = async (user: string) => {
  await bench.slack.hands.openHome(user);
  await expect.poll(() => home(user), eventually).not.toBe("");
  return home(user);
};

describe("Home, opened in Slack", () => {
  it("says what somebody can sign now, with a link to the release's message", async () => {
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "start");
    await expect.poll(() => posted(bench.slack).length, eventually).toBe(1);
    await bench.finishChecks();
    await expect.poll(async () => (await bench.view())?.phase, eventually).toBe("signing");
    const text = await opens("U0DAN");
    expect(text).toMatch(/^Waiting on you\n✍️ Sign /);
    const { ts } = posted(bench.slack)[0] ?? { ts: "" };
    expect(text).toContain(`<https://harbor-docs.slack.com/archives/${CHANNEL}/p${ts.replace(".", "")}|Open>`);
    expect(text).toContain("*Release*: Release #1 of support-docs");
    expect(text).not.toContain("could not be read");
  });

  it("asks nothing of the requester, and tells guests and strangers nothing", async () => {
    expect(await opens("U0ROSA")).toMatch(/^Waiting on you\nNothing waits for you\./);
    for (const user of ["U0GUS", "U0STEN"]) expect(await opens(user)).not.toContain(SERVICE);
  });

  it("is drawn anew when something changed, without being opened again", async () => {
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "cancel another candidate is better");
    await expect.poll(() => home("U0DAN"), eventually).toMatch(/^Waiting on you\nNothing waits for you\./);
    expect(home("U0DAN")).toContain("*Release*: none is open");
  });
});
