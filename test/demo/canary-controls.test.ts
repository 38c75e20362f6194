import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openSandboxClock, type SandboxClock } from "#sandbox/clock/sandbox-clock";
import { canaryControls } from "#sandbox/demo/canary-controls";
import type { ControlDone } from "#sandbox/page/extras";
import { loadGold } from "#sandbox/rag/gold";
import { setPointer } from "#sandbox/rag/rag-store";
import type { LocalRagService } from "#sandbox/rag-service/start";
import type { SandboxMessage } from "#sandbox/slack/model";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { corpus } from "#test/support/rag-house";
import { openRagServiceHouse } from "#test/support/rag-service-house";

const releasers: Releasers = [];
const told: string[] = [];
/** What the channel shows; and what `golive canary status --json` says. */
let messages: SandboxMessage[] = [];
let status: object;
let batches = 0;
let ragService: LocalRagService;
let clock: SandboxClock;
let press: (id: string) => Promise<ControlDone>;
const watched = (standing: string) => ({
  number: 1,
  standing,
  verdict: null,
  reasons: [],
  hours: 0,
  of: 48,
  questions: { asked: 0, of: 77 },
  kpis: [],
  breaches: [],
  candidate: { run: "run-2", config: "v1" },
  baseline: { run: "run-1", config: "v1" },
  ended: null,
});
const breach: SandboxMessage = {
  channel: "CREL",
  ts: "1.0",
  user: "UBOT",
  text: "A breach.",
  blocks: [
    {
      type: "actions",
      block_id: "b",
      elements: [{ type: "button", action_id: "a", text: { type: "plain_text", text: "Acknowledge" } }],
    },
  ],
  threadTs: null,
  metadata: null,
  editedAt: null,
  ephemeralFor: null,
  files: [],
};

beforeAll(async () => {
  const { rag, ragService: service } = await openRagServiceHouse(releasers);
  ragService = service;
  await setPointer(rag.adminUrl, "support-docs", { run: "run-2", config: "v1" });
  const folder = await mkdtemp(join(tmpdir(), "golive-controls-"));
  releasers.push(() => rm(folder, { recursive: true, force: true }));
  clock = await openSandboxClock(join(folder, "clock.json"), { fresh: true });
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    batches += 1;
    response.end(JSON.stringify({ accepted: body.split("\n").length, duplicate: 0, refused: 0, late: 0 }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  releasers.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const gold = (await loadGold(join(corpus, "gold.jsonl"))).slice(0, 2);
  const controls = canaryControls(
    {
      ragUrl: rag.adminUrl,
      ragService,
      clock,
      intake: { url, token: "a-token-of-the-sandbox" },
      slack: { workspace: { messages: () => messages } },
      golive: async () => ({ code: 0, out: JSON.stringify(status), err: "" }),
    },
    gold,
    (sentence) => void told.push(sentence),
  );
  press = async (id) => {
    const control = controls.find((each) => each.id === id);
    if (control === undefined) throw new Error(`there is no control ${id}`);
    return control.run("UROSA", "CREL");
  };
});
afterAll(() => release(releasers));
afterEach(() => {
  told.length = 0;
  messages = [];
});
const ended = () => expect.poll(() => told, { timeout: 30_000 }).toHaveLength(1);

test("no time passes without a canary, and that is said", async () => {
  status = { ok: false, canary: null };
  expect(await press("two-days")).toEqual({ ok: false, error: expect.stringMatching(/^No canary is watched\. Cut/) });
  status = watched("ended");
  expect(await press("two-days")).toMatchObject({ ok: false });
});

test("time passes with traffic until it is to pass as usual; once at a time", async () => {
  status = watched("watching");
  const before = clock.now();
  expect(await press("two-days")).toMatchObject({ ok: true, said: expect.stringMatching(/^Two days begin to pass/) });
  expect(await press("two-days")).toMatchObject({ ok: false, error: expect.stringMatching(/passing already/) });
  await expect.poll(() => batches, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(await press("as-usual")).toMatchObject({ ok: true });
  await ended();
  expect(told[0]).toMatch(/^The time was stopped, after \d+ hours; Golive was told of [1-9]\d* requests/);
  expect(clock.now()).toBeGreaterThan(before);
  expect(await press("as-usual")).toMatchObject({ ok: false, error: "Time passes as usual already." });
});

test("a breach stops the time, so that somebody can press a button", async () => {
  status = watched("watching");
  expect(await press("two-days")).toMatchObject({ ok: true });
  messages = [breach];
  await ended();
  expect(told[0]).toMatch(/^The time was stopped/);
});

test("the candidate that is live is spoiled, one way at a time, and mended", async () => {
  const faults = async () => (await fetch(`${ragService.url}/__sandbox/faults`)).json();
  expect(await press("spoil-slow")).toMatchObject({ ok: true, said: expect.stringMatching(/^run-2 is spoiled/) });
  expect(await faults()).toMatchObject({ slowdown: 2, onlyRun: "run-2" });
  await press("spoil-leak");
  expect(await faults()).toMatchObject({ slowdown: 1, leakPrefix: true, onlyRun: "run-2" });
  await press("mend");
  expect(await faults()).toMatchObject({ leakPrefix: false, onlyRun: null });
});
