import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { SlackError } from "#src/slack/slack-error";
import { createSlackWeb } from "#src/slack/web";
import { createSlackCall } from "#src/slack/web-client";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { CHANNEL, callsOf, quiet, wire } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const hello = { channel: CHANNEL, text: "hello", blocks: [] };
const failureOf = (work: Promise<unknown>): Promise<SlackError> =>
  work.then(
    () => {
      throw new Error("it worked");
    },
    (error: SlackError) => error,
  );

/** A server that answers everything like this, and our client on it. */
async function against(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  releasers.push(stop);
  const apiUrl = `http://127.0.0.1:${port}/api/`;
  return { stop, web: createSlackWeb(createSlackCall({ token: "xoxb-test", apiUrl, timeoutMs: 300, log: quiet })) };
}

describe("a call to Slack that fails", () => {
  it.each([
    [
      "a rate limit",
      { kind: "ratelimited", retryAfterSeconds: 7 },
      { kind: "rate-limited", retryAfterMs: 7_000 },
      true,
    ],
    ["a 500", { kind: "server-error" }, { kind: "ambiguous" }, true],
    ["no answer", { kind: "timeout-before" }, { kind: "ambiguous" }, true],
    ["no answer after it was done", { kind: "timeout-after" }, { kind: "ambiguous" }, true],
    ["a message that is gone", { kind: "error", error: "message_not_found" }, { kind: "gone" }, false],
    ["blocks that are too long", { kind: "error", error: "msg_blocks_too_long" }, { kind: "refused" }, false],
    ["a revoked token", { kind: "error", error: "token_revoked" }, { kind: "auth" }, false],
    [
      "an archived channel",
      { kind: "error", error: "is_archived" },
      { kind: "unreachable-channel", because: "channel-archived" },
      false,
    ],
  ] as const)("with %s says so, and is made once", async (_what, fault, failure, retryable) => {
    const { slack, web } = await wire(releasers, { timeoutMs: 200 });
    slack.faults.nextCall("chat.postMessage", fault);
    expect(await failureOf(web.post(hello))).toMatchObject({ failure, retryable, method: "chat.postMessage" });
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
  });

  it("was certainly not carried out when there was no connection", async () => {
    const { web, stop } = await against(() => {});
    await stop();
    expect(await failureOf(web.post(hello))).toMatchObject({ failure: { kind: "unsent" }, code: "ECONNREFUSED" });
  });

  it("may have been carried out when the connection broke", async () => {
    const { web } = await against((request) => request.socket.destroy());
    expect((await failureOf(web.post(hello))).failure).toEqual({ kind: "ambiguous" });
  });

  it("may have been carried out when the answer breaks off or isn't Slack's", async () => {
    const half = await against((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"ok":');
    });
    expect((await failureOf(half.web.post(hello))).failure).toEqual({ kind: "ambiguous" });
    const proxy = await against((_request, response) => response.end("<html>hello</html>"));
    expect((await failureOf(proxy.web.post(hello))).failure).toEqual({ kind: "ambiguous" });
  });

  it("waits half a minute after a 429 that names no time", async () => {
    const { web } = await against((_request, response) => response.writeHead(429).end());
    expect((await failureOf(web.post(hello))).failure).toEqual({ kind: "rate-limited", retryAfterMs: 30_000 });
  });

  it("never shows the token", async () => {
    const { web } = await against((request) => request.socket.destroy());
    const error = await failureOf(web.post(hello));
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain("xoxb-test");
  });
});

describe("looking for a lost post", () => {
  it("reads every page of the history before it says that there is none", async () => {
    const { slack, web } = await wire(releasers);
    const metadata = { event_type: "golive_release", event_payload: { subject: "r1" } };
    const { ts } = await web.post({ ...hello, metadata });
    for (let index = 0; index < 150; index += 1) await slack.hands.say("U0ROSA", CHANNEL, `line ${index}`);
    const search = { channel: CHANNEL, eventType: "golive_release", field: "subject", notBefore: Date.now() - 60_000 };
    expect(await web.findPosted({ ...search, value: "r1" })).toBe(ts);
    expect(await web.findPosted({ ...search, value: "r2" })).toBeNull();
    expect(callsOf(slack, "conversations.history")).toBeGreaterThanOrEqual(4);
  });
});
