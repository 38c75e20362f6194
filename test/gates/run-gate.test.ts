import { describe, expect, it } from "vitest";
import { BUILT_CHECKS } from "#src/config/built-checks";
import { modelsSchema } from "#src/config/models-config";
import type { Gate, GateFinding } from "#src/gates/gate";
import { createGates } from "#src/gates/registry";
import { runGate } from "#src/gates/run-gate";
import { SETTINGS } from "#src/gates/self-test/outside";
import { SIGNALLED_TIMEOUT_MS } from "#src/rag/postgres-runner";
import { RagStoreError } from "#src/rag/store-error";
import { ragStoreOver } from "#src/rag/store-postgres";
import { gateSubject } from "#test/support/gate-fixture";
import { serviceFixture } from "#test/support/rag-fixture";

const never = () => Promise.reject(new Error("not to be asked"));
const subject = gateSubject(ragStoreOver({ query: never, transaction: never, close: never }, serviceFixture()));
const outside = { converse: never, embed: never, resolve: never };
const ASK_MODELS = ["models", "determinism", "prompt-audit", "concurrency"];
const finding: GateFinding = {
  verdict: "pass",
  summary: "fine",
  value: "1",
  bar: "1",
  numbers: { a: 1 },
  how: "looked",
  next: "",
  inputs: "i",
  findings: [],
};
const gate = (check: Gate["check"], timeoutMs = 5_000): Gate => ({
  id: "probe",
  title: "Probe",
  version: 1,
  timeoutMs,
  thresholds: () => ({ max: 1 }),
  check,
});
const live = () => new AbortController().signal;

describe("running a gate", () => {
  it("adds the evidence hash, which ignores measured values and knows verdict, thresholds, inputs and version", async () => {
    const hash = async (change: Partial<GateFinding>, other: Partial<Gate> = {}) =>
      (await runGate({ ...gate(async () => ({ ...finding, ...change })), ...other }, subject, live())).evidenceHash;
    const base = await hash({});
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash({ value: "2", numbers: { a: 2 }, summary: "other" })).toBe(base);
    expect(await hash({ verdict: "fail" })).not.toBe(base);
    expect(await hash({ inputs: "j" })).not.toBe(base);
    const found = await hash({ verdict: "fail", findings: ["a:missing", "b:missing"] });
    expect(await hash({ verdict: "fail", findings: ["b:missing", "a:missing", "a:missing"] })).toBe(found);
    expect(await hash({ verdict: "fail", findings: ["a:missing"] })).not.toBe(found);
    expect(await hash({}, { version: 2 })).not.toBe(base);
    expect(await hash({}, { thresholds: () => ({ max: 2 }) })).not.toBe(base);
  });

  it.each([
    ["throws", () => Promise.reject(new TypeError("secret detail"))],
    [
      "throws before it waits",
      () => {
        throw new Error("secret detail");
      },
    ],
    ["throws no error at all", () => Promise.reject("secret detail")],
  ])("that %s is an error, told to the log and not to people", async (_what, check) => {
    const faults: unknown[] = [];
    const result = await runGate(gate(check), subject, live(), (_gate, error) => faults.push(error));
    expect(result).toMatchObject({ verdict: "error", value: "could not run" });
    expect(JSON.stringify(result)).not.toContain("secret detail");
    expect(faults).toHaveLength(1);
  });

  it("that the store fails under is an error with the store's reason", async () => {
    const failing = gate(() =>
      Promise.reject(new RagStoreError("unreachable", "The RAG store could not be reached: refused")),
    );
    const result = await runGate(failing, subject, live());
    expect(result.verdict).toBe("error");
    expect(result.summary).toContain("could not be reached: refused.");
  });

  it("that stops with an error has evidence of that error only: a waiver of one is none of another", async () => {
    const evidence = async (error: unknown, timeoutMs = 5_000) =>
      (
        await runGate(
          gate(() => Promise.reject(error), timeoutMs),
          subject,
          live(),
        )
      ).evidenceHash;
    const endless = gate(() => Promise.withResolvers<GateFinding>().promise, 20);
    const stopped = new AbortController();
    stopped.abort();
    const refused = await evidence(new RagStoreError("unreachable", "refused by 10.0.0.1"));
    const hashes = [
      refused,
      await evidence(new RagStoreError("denied", "no right on chunks", { sqlState: "42501" })),
      await evidence(new RagStoreError("denied", "no right on runs", { sqlState: "42501" })),
      await evidence(new RagStoreError("missing", "no table", { sqlState: "42P01" })),
      await evidence(new TypeError("one")),
      await evidence(new TypeError("two")),
      (await runGate(endless, subject, live())).evidenceHash,
      (await runGate(endless, subject, stopped.signal)).evidenceHash,
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(await evidence(new RagStoreError("unreachable", "reset by 10.0.0.2"))).toBe(refused);
  });

  it("that takes too long is an error, and its signal is aborted", async () => {
    let told = false;
    const slow = gate((_subject, signal) => {
      signal.addEventListener("abort", () => {
        told = true;
      });
      return Promise.withResolvers<GateFinding>().promise;
    }, 30);
    const result = await runGate(slow, subject, live());
    expect(result.verdict).toBe("error");
    expect(result.summary).toContain("did not finish within 0 s");
    expect(told).toBe(true);
  });

  it("that is stopped from outside is an error, even when it passes at that moment", async () => {
    const stop = new AbortController();
    const stubborn = gate(async () => {
      stop.abort();
      await new Promise((resolve) => setImmediate(resolve));
      return finding;
    });
    const faults: unknown[] = [];
    const stopped = await runGate(stubborn, subject, stop.signal, (_gate, error) => faults.push(error));
    expect(stopped).toMatchObject({ verdict: "error" });
    expect(faults, "a process that stops is no fault of the gate").toEqual([]);
    expect(
      await runGate(
        gate(async () => finding),
        subject,
        stop.signal,
      ),
    ).toMatchObject({ verdict: "error" });
  });

  it("that brings NaN is no pass", async () => {
    const result = await runGate(
      gate(async () => ({ ...finding, numbers: { a: Number.NaN, b: 2 } })),
      subject,
      live(),
    );
    expect(result).toMatchObject({ verdict: "inconclusive", numbers: { a: null, b: 2 } });
  });
});

// biome-ignore lint/correctness/useYield: nobody reads it
async function* neverCases(): AsyncGenerator<never> {
  throw new Error("no gate runs here");
}

describe("the registry", () => {
  it("holds exactly the checks that the configuration counts as built, under their own ids", () => {
    const records = { save: never, settle: never, load: never, list: never };
    const limits = modelsSchema.parse({
      region_env: "AWS_REGION",
      limits: {
        max_in_flight: 1,
        per_second: 0.12,
        workers: 2,
        call_timeout_s: 35,
        first_text_timeout_s: 25,
        retries: 4,
        retry_budget_s: 180,
      },
    });
    const gates = createGates({
      environment: { serviceReport: never },
      manifest: { collect: never },
      backup: { records, now: () => 0, random: (bytes) => new Uint8Array(bytes) },
      fullBackups: {
        backups: { list: never, create: never, drill: never },
        withinDays: 7,
        now: () => 0,
      },
      resources: {
        limits: { event_loop_lag_ms: 1, rss_mb: 1, queue_depth: 1 },
        samples: never,
        depths: never,
        models: never,
      },
      selfTest: { prove: never },
      fewShots: { readMaterial: never },
      evaluations: {
        evaluations: { runs: never, run: never, cases: () => neverCases() },
        baselines: { current: never },
        goldOf: never,
        margins: { measures: {}, latency: { threshold: 1, tolerance: 1 } },
        freshForMs: () => 0,
        now: () => 0,
        floors: {
          precision_min: 0,
          recall_min: 0,
          f1_min: 0,
          latency_max: 1,
          faithfulness_min: 0,
          oracle_retrieval_hit_min: 0,
          reader_used_gold_min: 0,
        },
      },
      configHash: { serviceReport: never },
      modelVersions: { resolveModel: never },
      models: { models: outside },
      determinism: {
        settings: SETTINGS,
        ask: never,
        evaluation: outside,
        nonce: () => "",
        goldQuestions: async () => [],
      },
      promptAudit: { settings: SETTINGS, ask: never, nonce: () => "" },
      concurrency: { limits, limiter: { run: never, state: never }, serviceReport: never },
    });
    expect([...gates.keys()].sort()).toEqual(Object.keys(BUILT_CHECKS).sort());
    for (const [id, each] of gates) expect(each.id).toBe(id);
    // A statement that the database cuts first would make the gate's own limit a lie. Those that ask models wait in line for
    // them, not for the database.
    for (const each of gates.values()) {
      if (!ASK_MODELS.includes(each.id)) expect(each.timeoutMs, each.id).toBeLessThan(SIGNALLED_TIMEOUT_MS);
    }
  });
});
