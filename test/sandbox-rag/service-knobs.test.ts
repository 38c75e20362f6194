import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import type { Knobs } from "#sandbox/rag-service/knobs";
import type { LocalRagService } from "#sandbox/rag-service/start";
import type { Answer, RagService } from "#src/rag/service";
import { createRagService } from "#src/rag/service-http";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { openRagServiceHouse } from "#test/support/rag-service-house";

const releasers: Releasers = [];
const never = new AbortController().signal;
const QUESTION = "In which order are webhook events delivered, and can they repeat?";

let service: LocalRagService;
let client: RagService;
beforeAll(async () => {
  service = (await openRagServiceHouse(releasers)).ragService;
  client = createRagService({ url: service.url, token: null, timeoutMs: 20_000 });
});
afterAll(() => release(releasers));
beforeEach(() => {
  service.behave();
  service.clearCache();
});

let count = 0;
const ask = (query = QUESTION): Promise<Answer> => {
  count += 1;
  const settings = { temperature: 0, seed: 42, disable_cache: true };
  return client.answer({ query, pair: null, nonce: `n-${count}`, eval: settings }, never);
};
const hashOf = (value: unknown) =>
  createHash("sha256")
    .update(canonicalize(value) ?? "")
    .digest("hex");

/** The same question without and with these knobs. */
async function compare(knobs: Partial<Knobs>): Promise<{ good: Answer; bad: Answer }> {
  const good = await ask();
  service.misbehave(knobs);
  return { good, bad: await ask() };
}

describe("each knob shows in the answer, where somebody looks for it", () => {
  it("the same question has the same answer and prompt when no knob is turned", async () => {
    const [first, second] = [await ask(), await ask()];
    expect(second.answer).toBe(first.answer);
    expect(second.prompt_audit?.prompt_sha256).toBe(first.prompt_audit?.prompt_sha256);
  });

  it("a leaked prefix stands at the beginning of what was searched", async () => {
    const { good, bad } = await compare({ leakPrefix: true });
    expect(good.snapshot.some(({ bm25_text }) => bm25_text.startsWith("Document: "))).toBe(false);
    expect(bad.snapshot.every(({ bm25_text }) => bm25_text.startsWith("Document: "))).toBe(true);
  });

  it("a silent clamp pins the number of candidates, whatever is asked", async () => {
    const questions = [QUESTION, "What is the request limit of an API token?", "Which printers are supported?"];
    const breadths = async () => new Set(await Promise.all(questions.map(async (q) => (await ask(q)).snapshot.length)));
    expect((await breadths()).size).toBeGreaterThan(1);
    service.misbehave({ silentClamp: 10 });
    expect(await breadths()).toEqual(new Set([10]));
  });

  it("doubled latency is in the times of the answer", async () => {
    service.misbehave({ slowdown: 3 });
    const { total_ms, generate_ms, first_text_ms } = (await ask()).timings;
    expect(generate_ms).toBeGreaterThan((total_ms ?? 0) * 0.6);
    expect(first_text_ms).toBeLessThan((total_ms ?? 0) * 0.4);
  });

  it("a cache left on says `hit`, or repeats an earlier answer with its nonce", async () => {
    service.misbehave({ stuckCache: "honest" });
    expect([(await ask()).cache, (await ask()).cache]).toEqual(["off", "hit"]);
    service.misbehave({ stuckCache: "verbatim" });
    const [first, second] = [await ask("What is the request limit?"), await ask("What is the request limit?")];
    expect(second).toEqual(first);
    expect(second.cache).toBe("off");
    expect(second.nonce).not.toBe(`n-${count}`);
  });

  it("wrong few-shots are named by the prompt audit, and are in the prompt", async () => {
    const { good, bad } = await compare({ wrongFewShots: true });
    expect(good.prompt_audit?.few_shot_ids).toEqual(defaultServiceConfig().prompt.few_shot_ids);
    expect(bad.prompt_audit?.few_shot_ids).toEqual(["fs-03"]);
    expect(bad.prompt_audit?.prompt).toContain('<example id="fs-03">');
  });

  it("a lying CONFIG_HASH is not that of the configuration", async () => {
    service.misbehave({ lyingConfigHash: true });
    const { config, config_hash } = await client.config(null, never);
    expect(config_hash).not.toBe(hashOf(config));
    expect((await ask()).config_hash).toBe(config_hash);
  });

  it("a drifted configuration has an honest hash, and differs from its version in the store", async () => {
    service.misbehave({ configDrift: true });
    const { config, config_hash } = await client.config(null, never);
    expect(config_hash).toBe(hashOf(config));
    expect(config).not.toEqual(defaultServiceConfig());
    expect(config).toMatchObject({ retrieval: { top_k_dense: 20 } });
  });

  it("HTML, too many bytes and a bare status are refused by the product's client", async () => {
    service.misbehave({ html: true });
    await expect(ask()).rejects.toMatchObject({ code: "not-json" });
    service.behave();
    service.misbehave({ paddingBytes: 2 * 1024 * 1024 });
    await expect(client.config(null, never)).rejects.toMatchObject({ code: "too-large" });
    expect((await ask()).answer).toContain("at least once");
    service.behave();
    service.misbehave({ status: 503 });
    await expect(ask()).rejects.toMatchObject({ code: "http-status", status: 503, retryable: true });
  });

  it("a missing cache field is null: not shown", async () => {
    service.misbehave({ noCacheField: true });
    expect((await ask()).cache).toBeNull();
  });

  it("another temperature and another model are in the prompt audit", async () => {
    service.misbehave({ temperature: 0.2, claimedModel: "sandbox.other-v1" });
    expect((await ask()).prompt_audit).toMatchObject({ temperature: 0.2, model: "sandbox.other-v1" });
  });

  it("a constant answer is the same whatever is asked, and cites nothing that it has not read", async () => {
    const { good, bad } = await compare({ constantAnswer: "The documentation describes this in detail." });
    expect(bad.answer).toBe("The documentation describes this in detail.");
    expect(bad.answer).not.toBe(good.answer);
    expect((await ask("Which printers does Tidepool support?")).answer).toBe(bad.answer);
    expect(bad.citations).toEqual([]);
  });

  it("a restless service words the same answer differently", async () => {
    service.misbehave({ restless: true });
    const answers = [(await ask()).answer, (await ask()).answer, (await ask()).answer];
    expect(new Set(answers).size).toBe(3);
  });

  it("what came along with one run leaves the other alone", async () => {
    service.misbehave({ leakPrefix: true, silentClamp: 4, onlyRun: "run-2" });
    const of = (run: string) => client.answer({ query: QUESTION, pair: { run, config: "v1" }, nonce: run }, never);
    const [old, next] = [await of("run-1"), await of("run-2")];
    expect(next.snapshot).toHaveLength(4);
    expect(next.snapshot.every(({ bm25_text }) => bm25_text.startsWith("Document: "))).toBe(true);
    expect(old.snapshot.length).toBeGreaterThan(4);
    expect(old.snapshot.some(({ bm25_text }) => bm25_text.startsWith("Document: "))).toBe(false);
    // Nobody named a run: run-1 is live.
    expect((await ask()).snapshot.length).toBeGreaterThan(4);
  });

  it("a slow service is given up at the caller's limit, and doesn't ask its reader any more", async () => {
    service.misbehave({ delayMs: 60_000 });
    const hasty = createRagService({ url: service.url, token: null, timeoutMs: 50 });
    await expect(hasty.answer({ query: QUESTION, pair: null, nonce: "n" }, never)).rejects.toMatchObject({
      code: "timeout",
    });
  });
});

describe("the knobs over the wire", () => {
  const turn = (init: RequestInit) => fetch(`${service.url}/__sandbox/faults`, init);
  const json = { "content-type": "application/json" };

  it("are turned by POST, shown by GET and turned back by DELETE", async () => {
    const set = await turn({ method: "POST", headers: json, body: '{"silentClamp": 3}' });
    expect(await set.json()).toMatchObject({ silentClamp: 3, restless: false });
    expect((await ask()).snapshot).toHaveLength(3);
    expect(await (await turn({ method: "DELETE" })).json()).toMatchObject({ silentClamp: null });
  });

  it("are not turned by a page in somebody's browser, by another name of this machine, or by a knob that isn't there", async () => {
    const body = '{"restless": true}';
    expect((await turn({ method: "POST", headers: { "content-type": "text/plain" }, body })).status).toBe(415);
    expect((await turn({ method: "POST", headers: json, body: '{"speed": 2}' })).status).toBe(400);
    expect(await (await turn({})).json()).toMatchObject({ restless: false });
  });
});
