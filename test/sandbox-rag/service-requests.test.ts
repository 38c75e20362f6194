import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRagService } from "#sandbox/rag-service/start";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { openRagServiceHouse } from "#test/support/rag-service-house";

const releasers: Releasers = [];
let url: string;
beforeAll(async () => {
  url = (await openRagServiceHouse(releasers, { token: "right" })).ragService.url;
});
afterAll(() => release(releasers));

const headers = { authorization: "Bearer right", "content-type": "application/json" };
async function post(body: string | Uint8Array<ArrayBuffer>): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/answer`, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

describe("a request that is none", () => {
  it.each([
    ["empty", "", 400, /not JSON/],
    ["no JSON", "{query}", 400, /not JSON/],
    ["bytes that are no text", new Uint8Array([0x22, 0xff, 0x22]), 400, /not JSON in UTF-8/],
    ["a list", "[]", 400, /the body/],
    ["without a question", "{}", 400, /^query:/],
    ["with an empty question", '{"query": " \\n"}', 400, /^query: is empty/],
    ["with U+0000 in it", '{"query": "a\\u0000b"}', 400, /U\+0000/],
    ["with half a surrogate pair", '{"query": "\\ud83d"}', 400, /surrogate/],
    ["with half a pair", '{"query": "q", "run_id": "run-1"}', 400, /go together/],
    ["with a temperature in words", '{"query": "q", "eval": {"temperature": "0"}}', 400, /^eval.temperature/],
    ["over 32 kB", JSON.stringify({ query: "x".repeat(33_000) }), 413, /more than 32768 bytes/],
    ["over 1 MB", JSON.stringify({ query: "x".repeat(1_100_000) }), 413, /more than 32768 bytes/],
  ])("is told what is wrong: %s", async (_what, body, status, error) => {
    expect(await post(body)).toEqual({ status, body: { error: expect.stringMatching(error) } });
  });

  it("needs the token, and leads to no other path or method", async () => {
    const statusOf = async (path: string, init: RequestInit) => (await fetch(`${url}${path}`, init)).status;
    expect(await statusOf("/config", {})).toBe(401);
    expect(await statusOf("/config", { headers: { authorization: "Bearer wrong" } })).toBe(401);
    expect(await statusOf("/config", { headers })).toBe(200);
    expect(await statusOf("/config?run_id=run-1", { headers })).toBe(400);
    expect(await statusOf("/answer", { headers })).toBe(405);
    expect(await statusOf("/", { headers })).toBe(404);
  });

  it("that breaks off leaves the service as it was", async () => {
    const { port } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("POST /answer HTTP/1.1\r\nhost: x\r\nauthorization: Bearer right\r\ncontent-length: 100\r\n\r\n{");
    await new Promise<void>((resolve) => socket.end(resolve));
    socket.destroy();
    expect((await fetch(`${url}/config`, { headers })).status).toBe(200);
  });
});

describe("a port that is taken", () => {
  it("is said by the start, which leaves nothing open", async () => {
    const port = Number(new URL(url).port);
    const bedrock = { endpoint: "http://127.0.0.1:9", region: "eu-central-1" };
    await expect(
      startRagService({ storeUrl: "postgres://nobody@127.0.0.1:9/x", service: "s", bedrock, port }),
    ).rejects.toThrow(/EADDRINUSE/);
  });
});
