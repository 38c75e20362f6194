import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { loadConfig } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";

const configs = fileURLToPath(new URL("../../configs", import.meta.url));
const made: string[] = [];
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true });
});

/** The shipped configuration with one edit of golive.yaml. The edit must change something. */
async function load(from: string | RegExp, to: string) {
  const dir = await mkdtemp(join(tmpdir(), "golive-config-"));
  made.push(dir);
  await cp(configs, dir, { recursive: true });
  const file = join(dir, "golive.yaml");
  const before = await readFile(file, "utf8");
  const after = before.replace(from, to);
  expect(after, "the edit changed nothing").not.toBe(before);
  await writeFile(file, after);
  return loadConfig(dir);
}

async function report(from: string | RegExp, to: string): Promise<string> {
  const loaded = await load(from, to);
  if (loaded.ok) throw new Error("it loaded");
  expect(loaded.problems[0]?.line).toBeGreaterThan(0);
  return describeProblems(loaded.problems);
}

describe("the shared limit of model calls", () => {
  it.each([
    ["no calls in flight", "max_in_flight: 1", "max_in_flight: 0", /models.limits.max_in_flight: 0/],
    ["no rate", "per_second: 0.12", "per_second: 0", /models.limits.per_second: 0/],
    ["half a worker", "workers: 2", "workers: 1.5", /models.limits.workers: 1.5/],
    ["endless retries", "retries: 4", "retries: 1000", /models.limits.retries: 1000/],
    ["a missing budget", /^ {4}retry_budget_s.*\n/m, "", /models.limits.retry_budget_s: missing/],
    [
      "a wait for the first text that outlives the call",
      "first_text_timeout_s: 25",
      "first_text_timeout_s: 36",
      /longer than `call_timeout_s`/,
    ],
    ["a budget that one try can use up", "retry_budget_s: 180", "retry_budget_s: 34", /shorter than `call_timeout_s`/],
    [
      "an unknown key",
      "    workers: 2",
      "    workers: 2\n    burst: 3",
      /unknown key "burst"; expected one of max_in_flight/,
    ],
    [
      "an address in place of a variable",
      "endpoint_env: BEDROCK_ENDPOINT",
      "endpoint_env: http://localhost",
      /models.endpoint_env/,
    ],
    ["no block at all", /^models:\n( {2}.*\n)+/m, "", /golive.yaml:?\d* models: missing; expected a mapping/],
  ])("refuses %s", async (_what, from, to, expected) => {
    expect(await report(from, to)).toMatch(expected);
  });
});

describe("a service's RAG service and models", () => {
  it.each([
    [
      "a RAG service without a variable for its address",
      /^ {6}url_env: RAG_SERVICE_URL\n/m,
      "",
      /rag_service.url_env: missing/,
    ],
    [
      "a token in a variable whose name would not keep it out of logs",
      "# token_env: RAG_SERVICE_TOKEN",
      "token_env: RAG_SERVICE_BEARER",
      /rag_service.token_env: "RAG_SERVICE_BEARER"; expected a variable with TOKEN, SECRET or PASSWORD/,
    ],
    ["a timeout beyond what the HTTP client waits", "timeout_s: 60", "timeout_s: 900", /rag_service.timeout_s: 900/],
    [
      "an answer that takes nothing of the rate",
      "model_calls_per_answer: 1",
      "model_calls_per_answer: 0",
      /model_calls_per_answer: 0/,
    ],
    ["an empty probe question", /probe_question: .*/, 'probe_question: ""', /probe_question: empty text/],
    [
      "an unknown key beside them",
      "      timeout_s: 60",
      "      timeout_s: 60\n      retries: 3",
      /unknown key "retries"/,
    ],
    ["a path with an empty part", "generation: generation.model", "generation: generation..model", /models.generation/],
    ["a judge that is left out", /^ {6}judge_model.*\n/m, "", /models.judge_model: missing/],
    ["a judge that is no id", /judge_model: .*/, "judge_model: the best one", /models.judge_model/],
  ])("refuse %s", async (_what, from, to, expected) => {
    expect(await report(from, to)).toMatch(expected);
  });

  it("may do without a token and without a reranker", async () => {
    const loaded = await load(/^ {6}rerank: rerank.model\n/m, "");
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const service = loaded.config.golive.services["support-docs"];
    expect(service?.models.rerank).toBeUndefined();
    expect(service?.rag_service.token_env).toBeUndefined();
    expect(service?.applies).toEqual({});
  });
});

describe("checks that don't apply to a service", () => {
  const applies = (entry: string) => ["applies: {}", `applies:\n      ${entry}`] as const;

  it("are named with their reason, built or planned", async () => {
    const [from, to] = applies("rerank-settings: { check: false, reason: this service has no reranker }");
    const loaded = await load(from, to);
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    expect(loaded.config.golive.services["support-docs"]?.applies).toEqual({
      "rerank-settings": { check: false, reason: "this service has no reranker" },
    });
  });

  it.each(["candidate-run", "previous-run-intact", "manifest", "backup"])(
    "can't be %s: it is refused by name",
    async (id) => {
      const [from, to] = applies(`${id}: { check: false, reason: we do not want this one }`);
      expect(await report(from, to)).toMatch(
        new RegExp(`services.support-docs.applies.${id}: check \`${id}\` applies to every service`),
      );
    },
  );

  it.each([
    ["no reason", "tool-schema: { check: false }", /applies.tool-schema.reason: missing/],
    ["a reason that says nothing", "tool-schema: { check: false, reason: n/a }", /reason: .*>=10 characters/],
    [
      "`true`, which is said by leaving it out",
      "tool-schema: { check: true, reason: we want this one }",
      /check: true; expected false/,
    ],
    [
      "a check that nobody knows",
      "tool-shema: { check: false, reason: no tools in this service }",
      /`tool-shema` is unknown/,
    ],
    [
      "another key beside it",
      "tool-schema: { check: false, reason: no tools in here, until: 2027 }",
      /unknown key "until"/,
    ],
  ])("are refused with %s", async (_what, entry, expected) => {
    const [from, to] = applies(entry);
    expect(await report(from, to)).toMatch(expected);
  });
});
