import { afterEach, describe, expect, it } from "vitest";
import { createFaults } from "#sandbox/slack/faults";
import { type Releasers, release, startBolt, startTestSlack, until } from "#test/sandbox/bolt-app";
import { call } from "#test/sandbox/web-api-client";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const hello = { channel: "C0RELEASE", text: "hello" };

describe("faults of calls", () => {
  it("429 comes with Retry-After, for as many calls as asked for", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    slack.faults.nextCall("chat.postMessage", { kind: "ratelimited", retryAfterSeconds: 7 }, 2);
    for (const turn of [1, 2]) {
      const response = await fetch(`${slack.apiUrl}chat.postMessage`, { method: "POST" });
      expect([turn, response.status, response.headers.get("retry-after")]).toEqual([turn, 429, "7"]);
    }
    expect(await call(slack, "chat.postMessage", hello)).toMatchObject({ ok: true });
    expect(slack.calls.map(({ fault }) => fault)).toEqual(["ratelimited", "ratelimited", null]);
  });

  it("Bolt's client waits out a 429 and gets through a 500", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    const app = await startBolt(releasers, slack, "http", { retries: 3 });
    slack.faults.nextCall("chat.postMessage", { kind: "ratelimited", retryAfterSeconds: 1 });
    slack.faults.nextCall("chat.postMessage", { kind: "server-error", status: 503 });
    const began = Date.now();
    expect((await app.client.chat.postMessage(hello)).ok).toBe(true);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(slack.workspace.messages("C0RELEASE", "U0ROSA")).toHaveLength(1);
  });

  it("a timeout after success leaves the message there and the caller without an answer; a retry posts it twice", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    const app = await startBolt(releasers, slack, "http", { retries: 1, timeoutMs: 200 });
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await app.client.chat.postMessage(hello);
    expect(slack.workspace.messages("C0RELEASE", "U0ROSA")).toHaveLength(2);
    const posts = slack.calls.filter(({ method }) => method === "chat.postMessage");
    expect(posts.map(({ ok, fault }) => [ok, fault])).toEqual([
      [true, "timeout-after"],
      [true, null],
    ]);
  });

  it("a timeout before leaves nothing", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    const app = await startBolt(releasers, slack, "http", { timeoutMs: 200 });
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-before" });
    await expect(app.client.chat.postMessage(hello)).rejects.toThrow();
    expect(slack.workspace.messages("C0RELEASE", "U0ROSA")).toEqual([]);
  });

  it("response URLs can fail, too", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    const app = await startBolt(releasers, slack, "http");
    const failures: string[] = [];
    app.command("/golive", async ({ ack, respond }) => {
      await ack();
      await respond("once").catch((cause: unknown) => failures.push(String(cause)));
      await respond("twice");
    });
    slack.faults.nextCall("response_url", { kind: "server-error" });
    await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "");
    await until("the second answer", () => slack.workspace.messages("C0RELEASE", "U0ROSA").length === 1);
    expect(failures).toEqual([expect.stringContaining("500")]);
    expect(slack.calls.filter(({ method }) => method === "response_url").map(({ ok }) => ok)).toEqual([false, true]);
  });

  it("with rate limits on, the sixth post in a row to a channel has to wait, another channel doesn't", async () => {
    const slack = await startTestSlack(releasers, { mode: "http", rateLimits: true });
    for (let turn = 0; turn < 5; turn += 1) expect((await call(slack, "chat.postMessage", hello)).ok).toBe(true);
    expect(await call(slack, "chat.postMessage", hello)).toEqual({ ok: false, error: "ratelimited" });
    expect(await call(slack, "chat.postMessage", { ...hello, channel: "C0GENERAL" })).toMatchObject({ ok: true });
  });

  it("the same seed makes the same calls fail, about as many as asked for", () => {
    const outcomes = (seed: number) => {
      const faults = createFaults();
      faults.seed(seed);
      faults.someCalls("chat.update", { kind: "server-error" }, 0.3);
      return Array.from({ length: 1_000 }, () => faults.ofCall("chat.update") !== null);
    };
    expect(outcomes(7)).toEqual(outcomes(7));
    expect(outcomes(7)).not.toEqual(outcomes(8));
    const failed = outcomes(7).filter((fails) => fails).length;
    expect(failed).toBeGreaterThan(250);
    expect(failed).toBeLessThan(350);
  });
});

describe("faults of signed requests", () => {
  async function counting() {
    const slack = await startTestSlack(releasers, { mode: "http" });
    const app = await startBolt(releasers, slack, "http");
    const seen: string[] = [];
    app.command("/golive", async ({ ack, command }) => {
      await ack();
      seen.push(command.text);
    });
    const command = (text: string) => slack.hands.command("U0ROSA", "C0RELEASE", "/golive", text);
    return { slack, seen, command };
  }
  const failed = { ok: false, error: '/golive failed with the error "dispatch_failed"' };

  it("unsigned and wrongly signed requests and one of six minutes ago are refused by the app with 401", async () => {
    const { slack, seen, command } = await counting();
    slack.faults.nextDelivery("command", { kind: "unsigned" });
    slack.faults.nextDelivery("command", { kind: "wrong-signature" });
    slack.faults.nextDelivery("command", { kind: "misdated", byMs: -6 * 60_000 });
    for (const text of ["unsigned", "wrong", "old"]) expect(await command(text)).toEqual(failed);
    expect(await command("good")).toEqual({ ok: true });
    expect(seen).toEqual(["good"]);
    expect(slack.attempts.map(({ status }) => status)).toEqual([401, 401, 401, 200]);
  });

  it("a request from an hour ahead and a replayed one pass Bolt's check: an app has to look itself", async () => {
    const { slack, seen, command } = await counting();
    slack.faults.nextDelivery("command", { kind: "misdated", byMs: 60 * 60_000 });
    slack.faults.nextDelivery("command", { kind: "replayed" });
    await command("future");
    await command("again");
    expect(seen).toEqual(["future", "again", "again"]);
    expect(await slack.replayLast()).toBe(200);
    expect(seen).toHaveLength(4);
  });

  it("a duplicate arrives twice, a late one late", async () => {
    const { slack, seen, command } = await counting();
    slack.faults.nextDelivery("*", { kind: "duplicate" });
    await command("twice");
    await until("the duplicate", () => seen.length === 2);
    slack.faults.nextDelivery("command", { kind: "late", ms: 300 });
    const began = Date.now();
    await command("late");
    expect(Date.now() - began).toBeGreaterThanOrEqual(295);
    expect(seen).toEqual(["twice", "twice", "late"]);
  });
});
