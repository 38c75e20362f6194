import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ModelFault } from "#sandbox/bedrock/faults";
import { putConfig } from "#sandbox/rag/rag-store";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { type GatesHouse, openGatesHouse } from "#test/support/gates-house";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const releasers: Releasers = [];
let house: GatesHouse;
beforeAll(async () => {
  house = await openGatesHouse(releasers, ({ golive }) => {
    // What is cut here is cut by the client, not by the test's patience.
    Object.assign(golive.models.limits, {
      call_timeout_s: 1.5,
      first_text_timeout_s: 1,
      retries: 1,
      retry_budget_s: 20,
    });
  });
});
afterAll(() => release(releasers));
afterEach(async () => {
  house.bedrock.faults.clear();
  house.ragService.behave();
  for (const version of ["v1", "v2"]) await putConfig(house.rag.adminUrl, version, defaultServiceConfig());
});

const READER = "sandbox.extractive-reader-v1";
const EMBEDDER = "sandbox.hash-embed-256-v1";

describe("the models gate", () => {
  it("passes when every model answers, and says how fast", async () => {
    const result = await house.run("models");
    expect(result).toMatchObject({ verdict: "pass", value: "3 of 3 answer" });
    expect(result.summary).toMatch(/generation in \d+ ms, embedding in \d+ ms, judge in \d+ ms/);
  });

  it.each<[what: string, fault: ModelFault, on: string, verdict: string, says: RegExp]>([
    [
      "a model that does not exist",
      { kind: "unknown-model" },
      READER,
      "fail",
      /1 of 3 .*generation.*extractive-reader/,
    ],
    [
      "a model that answers as another one",
      { kind: "other-model", model: "somebody.else-v2" },
      READER,
      "fail",
      /somebody\.else-v2/,
    ],
    [
      "a vector of another dimension",
      { kind: "wrong-dimension", dimension: 3 },
      EMBEDDER,
      "fail",
      /embedding.*(3.*256|256.*3)/,
    ],
    ["no access", { kind: "error", type: "AccessDeniedException" }, READER, "fail", /refused access/],
    [
      "100 % throttling",
      { kind: "throttle", retryAfterSeconds: 0 },
      READER,
      "error",
      /could not run.*(quota|throttl)/i,
    ],
    ["a model that never says anything", { kind: "hang" }, READER, "error", /could not run.*no first piece/],
    ["a stream that breaks off", { kind: "truncated" }, READER, "error", /could not run.*(broke|cut)/i],
    [
      "a provider that is down",
      { kind: "error", type: "ServiceUnavailableException" },
      READER,
      "error",
      /could not run/,
    ],
    ["a page of HTML in between", { kind: "html-page", status: 200 }, READER, "error", /could not run/],
  ])("says what it is on %s", async (_what, fault, on, verdict, says) => {
    house.bedrock.faults.some(fault, 1, { model: on });
    const result = await house.run("models");
    expect([result.verdict, result.summary]).toEqual([verdict, expect.stringMatching(says)]);
    expect(result.next).not.toBe("");
  });

  it("lets half of the calls time out and still gets its answer, by asking again, and says so in its numbers", async () => {
    house.bedrock.faults.sequence([{ kind: "hang" }, null, { kind: "hang" }, null], { model: READER });
    const result = await house.run("models");
    expect(result).toMatchObject({
      verdict: "pass",
      numbers: { generation_attempts: 2, generation_timeouts: 1, judge_attempts: 1, judge_timeouts: 0 },
    });
    expect(result.summary).toMatch(/generation in \d+ ms at try 2 \(1 timed out\), embedding in \d+ ms, judge/);
  });

  it("says that a model is wanting also where another one could not be asked", async () => {
    house.bedrock.faults.some({ kind: "throttle", retryAfterSeconds: 0 }, 1, { model: READER });
    house.bedrock.faults.some({ kind: "unknown-model" }, 1, { model: EMBEDDER });
    const result = await house.run("models");
    expect(result.verdict).toBe("fail");
    expect(result.summary).toMatch(/embedding/);
  });

  it("leaves a row in the prompt audit for each request, without a prompt in it", async () => {
    const count = async () => {
      const { rows } = await house.pool.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM golive.prompt_audit WHERE purpose = 'gate models' AND outcome = 'answered'",
      );
      return rows[0]?.n ?? 0;
    };
    const before = await count();
    await house.run("models", { frozenManifest: "a".repeat(64), release: "rel_1" });
    expect(await count()).toBe(before + 3);
    const { rows } = await house.pool.query(
      "SELECT row_to_json(a)::text AS row FROM golive.prompt_audit a ORDER BY id DESC LIMIT 3",
    );
    for (const { row } of rows) expect(row).toContain(`"manifest":"${"a".repeat(64)}"`);
    expect(JSON.stringify(rows)).not.toContain("one word");
  });
});

describe("model versions", () => {
  it("fails a label that somebody made up", async () => {
    const body = defaultServiceConfig();
    await putConfig(house.rag.adminUrl, "v2", {
      ...body,
      generation: { ...Object(body.generation), model: "reader_v1.0" },
    });
    const result = await house.run("model-versions");
    expect(result).toMatchObject({ verdict: "fail", value: "2 of 3 resolved" });
    expect(result.summary).toContain("the provider has no model reader_v1.0 (generation)");
  });

  it("holds ARNs and not labels", async () => {
    const { numbers } = await house.run("model-versions");
    expect(numbers.generation_arn).toBe(`arn:aws:bedrock:eu-central-1::foundation-model/${READER}`);
  });
});

describe("CONFIG_HASH, the manifest and a RAG service that misbehaves", () => {
  it.each([
    ["lies about its CONFIG_HASH", { lyingConfigHash: true }, /it reports CONFIG_HASH [0-9a-f]{12}, but/],
    ["runs something else than its configuration version", { configDrift: true }, /it runs [\w.]+: .* → /],
  ])("fail one that %s, and name the difference", async (_what, knobs, says) => {
    house.ragService.misbehave(knobs);
    const hash = await house.run("config-hash");
    expect([hash.verdict, hash.summary]).toEqual(["fail", expect.stringMatching(says)]);
    const manifest = await house.run("manifest");
    expect([manifest.verdict, manifest.summary]).toEqual(["fail", expect.stringMatching(says)]);
  });

  it("fail one whose answers take more model calls than are reserved for them, and so does concurrency", async () => {
    house.ragService.misbehave({ claimedCalls: 40 });
    const says = /40 model calls for an answer/;
    for (const id of ["config-hash", "manifest", "concurrency"]) {
      const result = await house.run(id);
      expect([id, result.verdict, result.summary]).toEqual([id, "fail", expect.stringMatching(says)]);
    }
  });

  it.each([
    ["answers HTML", { html: true }, /not JSON|HTML/i],
    ["answers with 2 MB", { paddingBytes: 2 * 1024 * 1024 }, /1 MB|too|bound|more than/i],
    ["is down", { status: 503 }, /503/],
  ])("are an error, never a pass, when it %s", async (_what, knobs, says) => {
    house.ragService.misbehave(knobs);
    for (const id of ["config-hash", "manifest"]) {
      const result = await house.run(id);
      expect([id, result.verdict, result.summary]).toEqual([id, "error", expect.stringMatching(says)]);
      expect(result.next).toMatch(/rerun this check/);
    }
  });
});

describe("determinism and prompt audit", () => {
  it.each<[string, Parameters<GatesHouse["ragService"]["misbehave"]>[0], string, string, RegExp]>([
    ["asks its model at 0.2 all the same", { temperature: 0.2 }, "determinism", "fail", /used temperature 0\.2/],
    ["leaves its cache on", { stuckCache: "honest" }, "determinism", "fail", /out of a cache/],
    ["hides its cache behind an old answer", { stuckCache: "verbatim" }, "determinism", "fail", /an earlier one's/],
    [
      "stamps the new nonce on an old answer",
      { stuckCache: "stamped" },
      "determinism",
      "fail",
      /not of the question that was asked: its nonce/,
    ],
    [
      "stamps the new nonce on an old answer and leaves its cache field out",
      { stuckCache: "stamped", noCacheField: true },
      "determinism",
      "fail",
      /its nonce is not in it/,
    ],
    [
      "does not say whether its cache answered",
      { noCacheField: true },
      "determinism",
      "inconclusive",
      /no cache field/,
    ],
    [
      "puts other examples into the prompt",
      { wrongFewShots: true },
      "prompt-audit",
      "fail",
      /few-shot .* not in the conf/,
    ],
    [
      "claims another model",
      { claimedModel: "somebody.else-v2" },
      "prompt-audit",
      "fail",
      /the model is somebody\.else-v2/,
    ],
    ["answers HTML", { html: true }, "determinism", "error", /could not run/],
  ])("see through a service that %s", async (_what, knobs, gate, verdict, says) => {
    house.ragService.misbehave(knobs);
    const result = await house.run(gate);
    expect([result.verdict, result.summary]).toEqual([verdict, expect.stringMatching(says)]);
  });

  it("take a model's shorter name for its id", async () => {
    house.ragService.misbehave({ claimedModel: "extractive-reader" });
    expect((await house.run("prompt-audit")).verdict).toBe("pass");
  });

  it("report whether the same answer came back, and don't judge it", async () => {
    house.ragService.misbehave({ restless: true });
    expect(await house.run("determinism")).toMatchObject({ verdict: "pass", numbers: { identical_share: 0 } });
    house.ragService.misbehave({ restless: false });
    // The probe question, and the gold file's first two by id that aren't it.
    expect(await house.run("determinism")).toMatchObject({
      verdict: "pass",
      value: "temperature 0, no cache, 6 of 6 repeats identical",
      numbers: { questions: 3, repeats_each: 3, identical_repeats: 6, repeats_compared: 6, identical_share: 1 },
    });
  });
});
