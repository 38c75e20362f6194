import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { type Releasers, release, TOKENS, until } from "#test/sandbox/bolt-app";
import { startApp, whispers } from "#test/slack/app-bench";
import { CHANNEL } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const help = (slack: Awaited<ReturnType<typeof startApp>>["slack"]) =>
  slack.hands.command("U0ROSA", CHANNEL, "/golive", "help");

describe("signed requests", () => {
  it("an ordinary one is answered, and Slack's check of the address too", async () => {
    const { slack } = await startApp(releasers);
    expect(await slack.verifyRequestUrl()).toBe(true);
    expect(await help(slack)).toEqual({ ok: true });
    await expect.poll(() => whispers(slack, "U0ROSA").length).toBe(1);
  });

  it.each([
    ["unsigned", { kind: "unsigned" }],
    ["signed with another secret", { kind: "wrong-signature" }],
    ["dated an hour ago", { kind: "misdated", byMs: -3_600_000 }],
    ["dated an hour ahead", { kind: "misdated", byMs: 3_600_000 }],
    ["dated two minutes ahead", { kind: "misdated", byMs: 120_000 }],
  ] as const)("one that is %s gets 401 and does nothing", async (_what, fault) => {
    const { slack, stopApp } = await startApp(releasers);
    slack.faults.nextDelivery("command", fault);
    expect((await help(slack)).ok).toBe(false);
    expect(slack.attempts.at(-1)?.status).toBe(401);
    await stopApp();
    expect(whispers(slack, "U0ROSA")).toEqual([]);
  });

  it("one that was answered and comes again byte for byte gets 401 and does nothing", async () => {
    const { slack, stopApp } = await startApp(releasers);
    await help(slack);
    await until("the answer", () => whispers(slack, "U0ROSA").length === 1);
    expect(await slack.replayLast()).toBe(401);
    await stopApp();
    expect(whispers(slack, "U0ROSA")).toHaveLength(1);
  });

  it("a valid signature with trimmings is the same signature", async () => {
    const { port } = await startApp(releasers);
    const body = "command=%2Fgolive&text=help&user_id=U0ROSA&team_id=T0GOLIVE&channel_id=C0RELEASE&trigger_id=1";
    const at = String(Math.floor(Date.now() / 1000));
    const digest = createHmac("sha256", TOKENS.signingSecret).update(`v0:${at}:${body}`).digest("hex");
    const send = (signature: string) =>
      fetch(`http://127.0.0.1:${port}/slack/events`, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-slack-request-timestamp": at,
          "x-slack-signature": signature,
        },
      });
    expect((await send(`v0=${digest}`)).status).toBe(200);
    expect((await send(`v0=${digest}=x`)).status).toBe(401);
  });

  it("a huge body is cut off with 413, another path is 404, a GET is 404", async () => {
    const { port } = await startApp(releasers);
    const url = `http://127.0.0.1:${port}`;
    const huge = await fetch(`${url}/slack/events`, { method: "POST", body: "x".repeat(2_000_000) }).then(
      (answer) => answer.status,
      () => "cut off",
    );
    expect([413, "cut off"]).toContain(huge);
    expect((await fetch(`${url}/elsewhere`, { method: "POST", body: "{}" })).status).toBe(404);
    expect((await fetch(`${url}/slack/events`)).status).toBe(404);
  });
});
