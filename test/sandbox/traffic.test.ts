import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openSandboxClock, type SandboxClock } from "#sandbox/clock/sandbox-clock";
import { loadGold } from "#sandbox/rag/gold";
import { setPointer } from "#sandbox/rag/rag-store";
import type { LocalRagService } from "#sandbox/rag-service/start";
import { type ObservationLine, QUARTER_MS, requestsIn, swingAt } from "#sandbox/traffic/draw-quarter";
import { playTraffic, type TrafficOptions } from "#sandbox/traffic/play-traffic";
import { postObservations } from "#sandbox/traffic/post-observations";
import { checkObservation } from "#src/canary/check-observation";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { corpus } from "#test/support/rag-house";
import { openRagServiceHouse } from "#test/support/rag-service-house";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-03-28T12:00:00Z");
const TOKEN = "a-token-of-the-sandbox";

type Got = { readonly at: number; readonly lines: readonly (ObservationLine & Record<string, unknown>)[] };

/** A dozen: how slow an arm is rests on all of them. */
let questions: readonly string[];
const releasers: Releasers = [];
let service: LocalRagService;
let ragUrl: string;
let clock: SandboxClock;
let folder: string;
/** A Golive that takes everything, or answers first with what stands here. */
const got: Got[] = [];
const answers: { status: number; headers?: Record<string, string>; body?: string }[] = [];
let intake: { url: string; token: string };
beforeAll(async () => {
  const house = await openRagServiceHouse(releasers);
  // As in the demo: what the model takes is most of what an answer takes, and the same for both.
  house.bedrock.setLatency(25);
  questions = (await loadGold(join(corpus, "gold.jsonl"))).slice(0, 12).map(({ query }) => query);
  service = house.ragService;
  ragUrl = house.rag.adminUrl;
  folder = await mkdtemp(join(tmpdir(), "golive-traffic-"));
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = answers.shift();
    if (answer !== undefined) return response.writeHead(answer.status, answer.headers).end(answer.body ?? "{}");
    const wrong = request.url !== "/v1/observations" || request.headers.authorization !== `Bearer ${TOKEN}`;
    if (wrong) return response.writeHead(401).end("{}");
    const lines = body.split("\n").map((line) => JSON.parse(line));
    got.push({ at: clock.now(), lines });
    response.end(JSON.stringify({ accepted: lines.length, duplicate: 0, refused: 0, late: 0, problems: [] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  intake = { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, token: TOKEN };
  releasers.push(() => new Promise((resolve) => server.close(resolve)));
});
afterAll(async () => {
  await release(releasers);
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  got.length = 0;
  answers.length = 0;
  service.behave();
  await setPointer(ragUrl, "support-docs", { run: "run-2", config: "v1" });
  clock = await openSandboxClock(join(folder, "clock.json"), { fresh: true, machineNow: () => NOON });
});

const play = (more: Partial<TrafficOptions> = {}) =>
  playTraffic({
    serviceUrl: service.url,
    intake,
    clock,
    questions,
    canary: { run: "run-2", config: "v1" },
    baseline: { run: "run-1", config: "v1" },
    hours: 2,
    quarterMs: 0,
    ...more,
  });
const lines = () => got.flatMap((batch) => batch.lines);
const p95 = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;
const latencies = (arm: string, from = NOON) =>
  lines().flatMap((line) => (line.arm === arm && Date.parse(line.at) >= from ? [line.latency_s] : []));

describe("the sandbox's traffic", () => {
  test("is two hundred requests an hour on each arm, every line as Golive takes it, sent within two minutes of its quarter", async () => {
    const played = await play();
    expect(played).toMatchObject({ why: "hours", hours: 2, sent: { accepted: lines().length } });
    const expected = Array.from({ length: 8 }, (_, quarter) => NOON + quarter * QUARTER_MS);
    const requests = expected.reduce((sum, from) => sum + requestsIn(from, from + QUARTER_MS, 200), 0);
    for (const arm of ["canary", "baseline"]) expect(lines().filter((line) => line.arm === arm)).toHaveLength(requests);
    expect(new Set(lines().map(({ trace_id }) => trace_id)).size).toBe(2 * requests);
    for (const line of lines()) expect(checkObservation(line)).toMatchObject({ ok: true });

    const behind = got.flatMap(({ at, lines: sent }) => sent.map((line) => at - Date.parse(line.at)));
    expect(Math.min(...behind)).toBeGreaterThanOrEqual(0);
    const late = got.flatMap(({ at, lines: sent }) =>
      sent.filter((line) => (Math.floor(Date.parse(line.at) / QUARTER_MS) + 1) * QUARTER_MS + 120_000 <= at),
    );
    expect(late.length / lines().length).toBeGreaterThan(0.005);
    expect(late.length / lines().length).toBeLessThan(0.06);
    // Few of them were really asked, and it says how many.
    expect(played.really).toBeLessThan(lines().length / 8);
    expect(played.really).toBeGreaterThanOrEqual(2 * questions.length);
  });

  test("is busier and slower at three in the afternoon than at three in the night", () => {
    expect([swingAt(Date.parse("2026-03-28T15:00:00Z")), swingAt(Date.parse("2026-03-28T03:00:00Z"))]).toEqual([1, -1]);
    const hourFrom = (text: string) => requestsIn(Date.parse(text), Date.parse(text) + HOUR, 200);
    expect(hourFrom("2026-03-28T14:30:00Z")).toBe(280);
    expect(hourFrom("2026-03-28T02:30:00Z")).toBe(120);
  });

  test("shows no difference between two arms that have none: same breadth, same times, no leak", async () => {
    await setPointer(ragUrl, "support-docs", { run: "run-1", config: "v1" });
    await play({ canary: { run: "run-1", config: "v1" } });
    const ratio = p95(latencies("canary")) / p95(latencies("baseline"));
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
    expect(lines().some((line) => line.prefix_leakage === true || line.budget_violation === true)).toBe(false);
  });

  test.each([
    ["a leaked prefix", { leakPrefix: true }, (line: Got["lines"][number]) => line.prefix_leakage === true],
    ["a silent clamp", { silentClamp: 3 }, (line: Got["lines"][number]) => line.snapshot_breadth === 3],
    ["an outage", { status: 500 }, (line: Got["lines"][number]) => line.error === "status 500"],
  ])(
    "%s of the candidate is in every answer of it from then on, and in none of the baseline's",
    async (_, knob, spoiled) => {
      const spoilAt = (hours: number) => {
        if (hours === 1) service.misbehave({ ...knob, onlyRun: "run-2" });
        return true;
      };
      await play({ goOn: spoilAt });
      for (const line of lines()) {
        expect(spoiled(line)).toBe(line.arm === "canary" && Date.parse(line.at) >= NOON + HOUR);
      }
    },
  );

  test("an answer that takes three times as long is measured so, and mended when it is", async () => {
    const turn = (hours: number) => {
      if (hours === 1) service.misbehave({ slowdown: 3, onlyRun: "run-2" });
      if (hours === 2) service.behave();
      return true;
    };
    await play({ hours: 3, goOn: turn });
    const between = (arm: string, from: number) =>
      p95(
        lines().flatMap((line) => {
          const hour = Math.floor((Date.parse(line.at) - NOON) / HOUR);
          return line.arm === arm && hour === from ? [line.latency_s] : [];
        }),
      );
    expect(between("canary", 1) / between("baseline", 1)).toBeGreaterThan(1.7);
    expect(between("canary", 2) / between("baseline", 2)).toBeLessThan(1.6);
  });

  test("ends where what is live is another run, and where it is asked to", async () => {
    const rolledBack = await play({
      async goOn(hours) {
        if (hours === 1) await setPointer(ragUrl, "support-docs", { run: "run-1", config: "v1" });
        return true;
      },
    });
    expect(rolledBack).toMatchObject({ why: "not-live", hours: 1 });
    await setPointer(ragUrl, "support-docs", { run: "run-2", config: "v1" });
    await clock.holdAt(NOON + 2 * HOUR);
    expect(await play({ goOn: (hours) => hours < 0.5 })).toMatchObject({ why: "asked", hours: 0.5 });
  });
});

describe("bringing observations", () => {
  const line: ObservationLine = { at: new Date(NOON).toISOString(), arm: "canary", trace_id: "t-1", latency_s: 1 };
  const slept: number[] = [];
  const bring = () =>
    postObservations(
      {
        ...intake,
        sleep: async (ms) => {
          slept.push(ms);
        },
      },
      [line],
    );

  test("the same batch is sent again when Golive is busy or away, after as long as it says", async () => {
    answers.push({ status: 429, headers: { "retry-after": "1" } }, { status: 503, headers: { "retry-after": "5" } });
    slept.length = 0;
    expect(await bring()).toMatchObject({ accepted: 1 });
    expect(slept).toEqual([1_000, 5_000]);
    expect(got).toHaveLength(1);
  });

  test("a batch that is refused is an error with the reason, and isn't sent again", async () => {
    answers.push({ status: 401, body: '{"error":"a wrong token"}' });
    await expect(bring()).rejects.toThrow(/did not take 1 observations \(401\): .*a wrong token/);
    const problems = [{ line: 1, kind: "time", sentence: "at is in the future" }];
    answers.push({ status: 200, body: JSON.stringify({ accepted: 0, duplicate: 0, refused: 1, late: 0, problems }) });
    await expect(bring()).rejects.toThrow(/refused 1 observations: at is in the future/);
    expect(got).toHaveLength(0);
  });
});
