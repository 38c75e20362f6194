import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { LocalSlack } from "#sandbox/slack/start";
import { type Releasers, release, startBolt, startTestSlack, TOKENS, until } from "#test/sandbox/bolt-app";
import { at, call } from "#test/sandbox/web-api-client";

const releasers: Releasers = [];
afterEach(() => release(releasers));

/** A request URL that answers with these statuses in turn (the last one for ever). */
async function requestUrl(statuses: readonly number[], headers: Readonly<Record<string, string>> = {}) {
  const heard: { retry: string | undefined; reason: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      const header = (name: string) => request.headersDistinct[name]?.[0];
      heard.push({ retry: header("x-slack-retry-num"), reason: header("x-slack-retry-reason"), body });
      response.writeHead(statuses[Math.min(heard.length, statuses.length) - 1] ?? 200, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  releasers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return { heard, url: `http://127.0.0.1:${address.port}/slack/events` };
}

/** A bare socket that keeps what it gets, and acknowledges only when told to. */
async function bareSocket(slack: LocalSlack, acks: boolean) {
  const { url } = await call(slack, "apps.connections.open", {}, TOKENS.appToken);
  const ws = new WebSocket(String(url));
  const envelopes: unknown[] = [];
  const types: unknown[] = [];
  ws.on("message", (data) => {
    const message: unknown = JSON.parse(data.toString());
    types.push(at(message, "type"));
    if (at(message, "envelope_id") === undefined) return;
    envelopes.push(message);
    if (acks) ws.send(JSON.stringify({ envelope_id: at(message, "envelope_id"), payload: {} }));
  });
  releasers.push(async () => ws.terminate());
  await until("hello", () => types.includes("hello"));
  return { ws, envelopes, types, url: String(url) };
}

describe("events over HTTP", () => {
  it("come again with number and reason until the app acknowledges", async () => {
    const { heard, url } = await requestUrl([500, 503, 200]);
    await startTestSlack(releasers, { mode: "http", requestUrl: url, eventRetryDelaysMs: [5, 5, 5] }).then((slack) =>
      slack.workspace.archive("C0GENERAL"),
    );
    await until("three tries", () => heard.length === 3);
    expect(heard.map(({ retry, reason }) => [retry, reason])).toEqual([
      [undefined, undefined],
      ["1", "http_error"],
      ["2", "http_error"],
    ]);
    const ids = heard.map(({ body }) => JSON.parse(body).event_id);
    expect(new Set(ids).size).toBe(1);
  });

  it("don't come again when the app says x-slack-no-retry", async () => {
    const { heard, url } = await requestUrl([500], { "x-slack-no-retry": "1" });
    const slack = await startTestSlack(releasers, { mode: "http", requestUrl: url, eventRetryDelaysMs: [0, 0] });
    slack.workspace.archive("C0GENERAL");
    await slack.eventsTried();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard).toHaveLength(1);
  });

  it("only come when subscribed to, and messages only from channels the bot is in, ephemeral ones never", async () => {
    const { heard, url } = await requestUrl([200]);
    const events = ["message.channels"];
    const slack = await startTestSlack(releasers, { mode: "http", requestUrl: url, events });
    slack.workspace.removeBot("C0GENERAL");
    await slack.hands.say("U0ROSA", "C0GENERAL", "unheard");
    await call(slack, "chat.postEphemeral", { channel: "C0RELEASE", user: "U0ROSA", text: "whispered" });
    await slack.hands.say("U0ROSA", "C0RELEASE", "heard");
    expect(heard.map(({ body }) => JSON.parse(body).event.text)).toEqual(["heard"]);
  });

  it("tell of a deleted message, a changed group, a deactivated person, the bot's removal and an opened App Home", async () => {
    const { heard, url } = await requestUrl([200]);
    const slack = await startTestSlack(releasers, { mode: "http", requestUrl: url });
    const posted = await call(slack, "chat.postMessage", { channel: "C0RELEASE", text: "soon gone" });
    await slack.hands.deleteMessage("C0RELEASE", String(posted.ts));
    slack.workspace.setGroup("S0RELEASE", ["U0INES", "U0MILA"]);
    slack.workspace.deactivate("U0TOM");
    slack.workspace.removeBot("C0RELEASE");
    await slack.hands.openHome("U0ROSA");
    const events: unknown[] = heard.map(({ body }) => JSON.parse(body).event);
    const event = (type: string) => events.find((each) => at(each, "subtype") === type || at(each, "type") === type);
    expect(event("message_deleted")).toMatchObject({
      channel: "C0RELEASE",
      deleted_ts: posted.ts,
      previous_message: { text: "soon gone", bot_id: "B0GOLIVE" },
    });
    expect(event("subteam_members_changed")).toMatchObject({ added_users: ["U0MILA"], removed_users: ["U0TOM"] });
    expect(event("subteam_updated")).toMatchObject({ subteam: { users: ["U0INES", "U0MILA"] } });
    expect(event("user_change")).toMatchObject({ user: { id: "U0TOM", deleted: true } });
    expect(event("channel_left")).toMatchObject({ channel: "C0RELEASE" });
    expect(event("member_left_channel")).toMatchObject({ user: "U0GOLIVE", channel: "C0RELEASE" });
    expect(event("app_home_opened")).toMatchObject({ user: "U0ROSA", tab: "home" });
  });
});

describe("signed HTTP", () => {
  it("Bolt echoes the challenge of a URL verification; a deaf URL doesn't", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    expect(await slack.verifyRequestUrl()).toBe(false);
    await startBolt(releasers, slack, "http");
    expect(await slack.verifyRequestUrl()).toBe(true);
    slack.setRequestUrl((await requestUrl([200])).url);
    expect(await slack.verifyRequestUrl()).toBe(false);
  });

  it("without an app a command fails at once", async () => {
    const slack = await startTestSlack(releasers, { mode: "http" });
    expect(await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "")).toMatchObject({
      error: expect.stringContaining("dispatch_failed"),
    });
  });
});

describe("Socket Mode", () => {
  it("a socket's address is good once, and a made-up one never", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    const { url } = await bareSocket(slack, true);
    for (const used of [url, url.replace(/ticket=\w+/, "ticket=abc")]) {
      const refused = await new Promise<string>((resolve) => {
        const ws = new WebSocket(used);
        ws.on("error", (error) => resolve(error.message));
        ws.on("open", () => resolve("open"));
      });
      expect(refused).toContain("403");
    }
  });

  it("each envelope goes to one of several sockets, and all of them get some", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    const sockets = [await bareSocket(slack, true), await bareSocket(slack, true), await bareSocket(slack, true)];
    for (let turn = 0; turn < 9; turn += 1) await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", `${turn}`);
    expect(sockets.map(({ envelopes }) => envelopes.length)).toEqual([3, 3, 3]);
  });

  it("an envelope whose socket dies goes to another one", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    const dying = await bareSocket(slack, false);
    const command = slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "important");
    await until("the envelope", () => dying.envelopes.length === 1);
    const heir = await bareSocket(slack, true);
    dying.ws.terminate();
    expect(await command).toEqual({ ok: true });
    expect(at(heir.envelopes[0], "payload", "text")).toBe("important");
  });

  it("an unacknowledged event comes again with its attempt; an unacknowledged command fails for the person", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket", ackMs: 100, eventRetryDelaysMs: [5] });
    const deaf = await bareSocket(slack, false);
    expect(await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "")).toMatchObject({
      error: expect.stringContaining("operation_timeout"),
    });
    slack.workspace.archive("C0GENERAL");
    await until("the redelivery", () => deaf.envelopes.length === 3);
    const [first, second] = deaf.envelopes.slice(1);
    expect([at(first, "retry_attempt"), at(second, "retry_attempt")]).toEqual([0, 1]);
    expect(at(second, "payload", "event_id")).toBe(at(first, "payload", "event_id"));
  });

  it("an eleventh socket is turned away", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    for (let turn = 0; turn < 10; turn += 1) await bareSocket(slack, true);
    const { url } = await call(slack, "apps.connections.open", {}, TOKENS.appToken);
    const said = await new Promise<string>((resolve) => {
      new WebSocket(String(url)).on("message", (data) => resolve(data.toString()));
    });
    expect(JSON.parse(said)).toMatchObject({ type: "disconnect", reason: "too_many_websockets" });
    expect(slack.sockets.openSockets()).toBe(10);
  });

  it("Bolt comes back after a disconnect, and what was sent meanwhile reaches it", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    const app = await startBolt(releasers, slack, "socket");
    app.command("/golive", async ({ ack }) => ack("heard"));
    slack.sockets.refresh("refresh_requested");
    expect(await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "")).toEqual({ ok: true });
    expect(slack.workspace.messages("C0RELEASE", "U0ROSA").map(({ text }) => text)).toEqual(["heard"]);
    expect(slack.sockets.openSockets()).toBe(1);
  }, 20_000);

  it("stopping closes the sockets with 1001, and nothing listens any more", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket" });
    const { ws } = await bareSocket(slack, true);
    const code = new Promise((resolve) => ws.on("close", resolve));
    await slack.stop();
    releasers.length = 0;
    expect(await code).toBe(1001);
    await expect(fetch(slack.url)).rejects.toThrow("fetch failed");
  });

  it("a socket is pinged again and again", async () => {
    const slack = await startTestSlack(releasers, { mode: "socket", pingMs: 20 });
    const { ws } = await bareSocket(slack, true);
    let pings = 0;
    ws.on("ping", () => {
      pings += 1;
    });
    await until("three pings", () => pings >= 3);
  });
});
