import { request as rawRequest } from "node:http";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type IntakeHouse, NOW, OTHER_TOKEN, openIntakeHouse, TOKEN } from "#test/observations/intake-house";

let house: IntakeHouse;
beforeAll(async () => {
  house = await openIntakeHouse();
});
afterAll(() => house.stop());

let names = 0;
const freshTrace = () => `t-${names++}`;
const lineOf = (fields: object = {}): Record<string, unknown> => ({
  at: new Date(NOW - 1_000).toISOString(),
  arm: "canary",
  trace_id: freshTrace(),
  latency_s: 1.5,
  ...fields,
});
const ndjson = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

describe("POST /v1/observations", () => {
  it("stores a batch before it answers, and answers its repetition with duplicates, the same each time", async () => {
    const batch = [lineOf(), lineOf(), lineOf({ latency_s: -1 })];
    const first = await house.post(ndjson(...batch));
    expect(await house.stored()).toEqual(expect.arrayContaining(batch.slice(0, 2).map((line) => line.trace_id)));
    expect(first).toMatchObject({ status: 200, body: { accepted: 2, duplicate: 0, refused: 1, late: 0 } });
    const again = await house.post(ndjson(...batch));
    expect(again).toMatchObject({ status: 200, body: { accepted: 0, duplicate: 2, refused: 1 } });
    expect((await house.post(ndjson(...batch))).body).toEqual(again.body);
  });

  it.each<[string, object, string, string]>([
    ["a negative latency", { latency_s: -0.1 }, "value", "latency_s is -0.1; expected a number from 0 to 86400"],
    ["a score of 1.2", { scores: { f1: 1.2 } }, "value", "scores.f1 is 1.2; expected a number from 0 to 1"],
    ["a time from the future", { at: new Date(NOW + 121_000).toISOString() }, "time", "at is in the future"],
    ["a time from last year", { at: "2025-03-28T12:00:00Z" }, "time", "at is more than 24 hours ago"],
    ["an unknown arm", { arm: "control" }, "shape", 'arm is "control"; expected "baseline" or "canary"'],
    ["U+0000", { trace_id: "a\u0000b" }, "shape", "trace_id holds U+0000"],
    ["half of a surrogate pair", { query_id: "q\ud800" }, "shape", "query_id holds half of a surrogate pair"],
    ["U+0000 in a tool's name", { tool_calls: [{ name: "\u0000" }] }, "shape", "tool_calls[0].name holds U+0000"],
    ["the trace of a probe", { trace_id: "probe/cn_1/q-1/canary" }, "value", "which only Golive's own probes do"],
    ["too many tool calls", { tool_calls: Array(600).fill({ name: "search" }) }, "shape", "at most 16384 are kept"],
  ])("refuses %s by line and keeps the good lines", async (_what, fields, kind, sentence) => {
    const good = [lineOf(), lineOf()];
    const { status, body } = await house.post(ndjson(good[0] ?? {}, lineOf(fields), good[1] ?? {}));
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 2, refused: 1, problems_left_off: 0 });
    expect(body.problems).toEqual([{ line: 2, kind, sentence: expect.stringContaining(sentence) }]);
    expect(await house.stored()).toEqual(expect.arrayContaining(good.map((line) => line.trace_id)));
  });

  it("refuses NaN, broken JSON and broken UTF-8 each by its line, and reads the lines between them", async () => {
    const [first, last] = [lineOf(), lineOf()];
    const body = Buffer.concat([
      Buffer.from(`\ufeff${ndjson(first)}\n{"at": "2026-03-28T12:00:00Z", "latency_s": NaN}\r\n`),
      Buffer.from('{"arm": "canary", "trace_id": "'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(`"}\n[]\n${ndjson(last).trim()}`),
    ]);
    const answer = await house.post(body);
    expect(answer.body).toMatchObject({ accepted: 2, refused: 3 });
    expect(answer.body.problems).toEqual([
      { line: 3, kind: "not-json", sentence: "it is no JSON" },
      { line: 4, kind: "not-json", sentence: "it is no UTF-8" },
      { line: 5, kind: "shape", sentence: "the line is []; expected an object" },
    ]);
  });

  it("counts duplicates within a batch once, takes traces out of order, and keeps them in order", async () => {
    const [late, early] = [lineOf({ at: "2026-03-28T11:59:30Z" }), lineOf({ at: "2026-03-28T11:00:00Z" })];
    const { body } = await house.post(ndjson(late, early, { ...late, latency_s: 9 }));
    expect(body).toMatchObject({ accepted: 2, duplicate: 1, late: 1 });
    const stored = await house.stored();
    expect(stored.indexOf(String(early.trace_id))).toBeLessThan(stored.indexOf(String(late.trace_id)));
  });

  it("answers 422 where no line can be used, and names no more than a hundred", async () => {
    const { status, body } = await house.post("nonsense\n".repeat(150));
    expect(status).toBe(422);
    expect(body).toMatchObject({ accepted: 0, refused: 150, problems_left_off: 50 });
    expect((await house.post("")).status).toBe(200);
  });

  it("keeps nothing that isn't in the schema: questions and answers that come along are not stored", async () => {
    const line = lineOf({
      answer: "Dear customer",
      query: "Who am I?",
      error: `${"x".repeat(299)}\u{1f600}`,
      tool_calls: [{ name: "a", arguments: "secret", intent_line: "using=a reason=b expected=c" }],
    });
    await house.post(ndjson(line));
    const { rows } = await house.eyes.query("SELECT body FROM golive.observation WHERE trace_id = $1", [line.trace_id]);
    const body = JSON.parse(rows[0].body);
    expect(Object.keys(body)).toEqual(["at", "arm", "trace_id", "latency_s", "error", "tool_calls"]);
    expect(body.tool_calls).toEqual([{ name: "a", intent_line: true }]);
    expect(body.error).toBe("x".repeat(299));
  });

  it("keeps services apart by their tokens", async () => {
    const line = lineOf();
    await house.post(ndjson(line), { token: OTHER_TOKEN });
    expect(await house.stored("help")).toEqual([line.trace_id]);
    expect(await house.stored()).not.toContain(line.trace_id);
  });

  it.each([
    ["none", null],
    ["a wrong one", "docs-token-0123456780"],
    ["a part of it", TOKEN.slice(0, -1)],
    ["one with more behind it", `${TOKEN}0`],
    ["an empty one", ""],
  ])("answers 401 to a token that is %s, and reads nothing of the body", async (_what, token) => {
    const line = lineOf();
    const { status, headers } = await house.post(ndjson(line), { token });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain("Bearer");
    expect(await house.stored()).not.toContain(line.trace_id);
  });

  it("answers 405 to another method, and 415 to an encoding that it doesn't know", async () => {
    const got = await fetch(`${house.url}/v1/observations`);
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await house.post(ndjson(lineOf()), { headers: { "content-encoding": "br" } })).status).toBe(415);
  });
});

describe("the size of a body", () => {
  it("may be 5 MB, plain and as gzip, and all of it is stored", async () => {
    const lines = Array.from({ length: 9_000 }, () => lineOf({ query_id: "q".repeat(420) }));
    const text = ndjson(...lines);
    expect(text.length).toBeGreaterThan(4_500_000);
    expect(await house.post(text)).toMatchObject({ status: 200, body: { accepted: 9_000 } });
    const answer = await house.post(gzipSync(text), { headers: { "content-encoding": "gzip" } });
    expect(answer).toMatchObject({ status: 200, body: { accepted: 0, duplicate: 9_000 } });
  });

  it("of 10 MB is answered with 413, whether its length is said before or not, and nothing is stored", async () => {
    const line = lineOf();
    const text = ndjson(line) + "\n".repeat(10 * 1024 * 1024);
    expect((await house.post(text)).status).toBe(413);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = rawRequest(`${house.url}/v1/observations`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "transfer-encoding": "chunked" },
      });
      sending.once("response", (response) => resolve(response.resume().statusCode)).once("error", reject);
      sending.end(text);
    });
    expect(status).toBe(413);
    expect(await house.stored()).not.toContain(line.trace_id);
  });

  it("is bounded for a gzip bomb: 1 GB in 1 MB ends with 413 in memory that doesn't grow with it", async () => {
    const bomb = await inflatesTo(1024 * 1024 * 1024);
    expect(bomb.length).toBeLessThan(2 * 1024 * 1024);
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    const { status } = await house.post(bomb, { headers: { "content-encoding": "gzip" } });
    clearInterval(watch);
    expect(status).toBe(413);
    expect(most - before).toBeLessThan(128 * 1024 * 1024);
  });

  it("of a broken gzip is answered with 400", async () => {
    const whole = gzipSync(ndjson(lineOf()));
    const headers = { "content-encoding": "gzip" };
    expect((await house.post(whole.subarray(0, -6), { headers })).status).toBe(400);
    expect((await house.post("no gzip", { headers })).status).toBe(400);
  });
});

describe("under pressure", () => {
  it("answers 429 with Retry-After while as much is under way as may be, and takes the rest when that is stored", async () => {
    const tight = await openIntakeHouse({ bytes: 1_000, requests: 2 });
    try {
      const blocker = await tight.eyes.connect();
      await blocker.query("BEGIN; LOCK TABLE golive.observation_trace IN EXCLUSIVE MODE");
      const first = tight.post(ndjson(lineOf({ query_id: "q".repeat(900) })));
      const waits = async () => (await tight.eyes.query("SELECT 1 FROM pg_locks WHERE NOT granted")).rowCount;
      await vi.waitFor(async () => expect(await waits()).toBe(1), { timeout: 8_000 });
      const second = await tight.post(ndjson(lineOf()));
      expect([second.status, second.headers.get("retry-after")]).toEqual([429, "1"]);
      await blocker.query("COMMIT");
      blocker.release();
      expect(await first).toMatchObject({ status: 200, body: { accepted: 1 } });
      expect((await tight.post(ndjson(lineOf()))).status).toBe(200);
      expect(tight.counts.answers()).toEqual(
        new Map([
          [429, 1],
          [200, 2],
        ]),
      );
    } finally {
      await tight.stop();
    }
  });

  it("stores what many clients bring at once, each told of its own lines", async () => {
    const shared = lineOf();
    const answers = await Promise.all(Array.from({ length: 40 }, () => house.post(ndjson(lineOf(), shared))));
    const sum = (key: string) => answers.reduce((total, { body }) => total + Number(body[key]), 0);
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect([sum("accepted"), sum("duplicate")]).toEqual([41, 39]);
  });
});

describe("while the database is gone", () => {
  it("answers 503 with Retry-After, stores nothing by halves, and takes the same batch when it is back", async () => {
    const batch = Array.from({ length: 50 }, () => lineOf());
    const mine = async () =>
      (await house.stored()).filter((name) => batch.some((line) => line.trace_id === name)).length;
    await house.line.cut();
    for (const _ of [1, 2]) {
      const { status, headers } = await house.post(ndjson(...batch));
      expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
    }
    expect(await mine()).toBe(0);
    await house.line.mend();
    expect(await house.post(ndjson(...batch))).toMatchObject({ status: 200, body: { accepted: 50 } });
    expect(await mine()).toBe(50);
  });

  it("and goes in the middle of storing, all or nothing is there, and the repetition completes it", async () => {
    const batch = Array.from({ length: 50 }, () => lineOf());
    const mine = async () =>
      (await house.stored()).filter((name) => batch.some((line) => line.trace_id === name)).length;
    const blocker = await house.eyes.connect();
    await blocker.query("BEGIN; LOCK TABLE golive.observation IN ACCESS EXCLUSIVE MODE");
    const sent = house.post(ndjson(...batch));
    const waits = async () => (await blocker.query("SELECT 1 FROM pg_locks WHERE NOT granted")).rowCount;
    await vi.waitFor(async () => expect(await waits()).toBeGreaterThan(0), { timeout: 8_000 });
    await house.line.cut();
    expect((await sent).status).toBe(503);
    await blocker.query("COMMIT");
    blocker.release();
    await house.line.mend();
    expect([0, 50]).toContain(await mine());
    expect((await house.post(ndjson(...batch))).status).toBe(200);
    expect(await mine()).toBe(50);
  });
});

/** Zeros, packed. */
async function inflatesTo(bytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const packed: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => packed.push(chunk));
  const zeros = Buffer.alloc(1024 * 1024);
  for (let written = 0; written < bytes; written += zeros.length) {
    if (!gzip.write(zeros)) await new Promise((resolve) => gzip.once("drain", resolve));
  }
  await new Promise((resolve) => gzip.once("end", resolve).end());
  return Buffer.concat(packed);
}
