import { describe, expect, it } from "vitest";
import { describeProblems } from "#src/config/problems";
import { loadEdited, reportOf } from "#test/config/edited-config";

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
    expect(await reportOf(from, to)).toMatch(expected);
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
    [
      "a fact that is none",
      "configuration_facts: {}",
      "configuration_facts: { top_q: a.b }",
      /configuration_facts.*top_k_dense/s,
    ],
    [
      "a fact's path with an empty part",
      "configuration_facts: {}",
      "configuration_facts: { top_k_dense: a..b }",
      /configuration_facts.top_k_dense.*a path into/,
    ],
    [
      "a fact declared away without a reason",
      "configuration_facts: {}",
      "configuration_facts: { seed: { applies: false, reason: no } }",
      /configuration_facts.seed/,
    ],
    ["no dataset", /datasets:\n {6}- .*/, "datasets: []", /datasets: .*at least one dataset/],
    ["two datasets of one name", /( {6}- \{ id: support-docs-gold.*\n)/, "$1$1", /every dataset with an id of its own/],
    [
      "a profile without a reason",
      "    retry_budget_s: 180\n",
      "    retry_budget_s: 180\n  profiled: { per_second: 2 }\n",
      /models.profiled.reason: missing/,
    ],
    [
      "a judge that is left out",
      /^ {4}models:\n {6}judge_model.*\n/m,
      "    models: {}\n",
      /models.judge_model: missing/,
    ],
    ["a judge that is no id", /judge_model: .*/, "judge_model: the best one", /models.judge_model/],
  ])("refuse %s", async (_what, from, to, expected) => {
    expect(await reportOf(from, to)).toMatch(expected);
  });

  it("may do without a token", async () => {
    const loaded = await loadEdited(
      "applies: {}",
      'applies: { rerank-settings: { check: false, reason: "no reranker so far" } }',
    );
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const service = loaded.config.golive.services["support-docs"];
    expect(service?.rag_service.token_env).toBeUndefined();
    expect(service?.applies).toEqual({ "rerank-settings": { check: false, reason: "no reranker so far" } });
  });
});

describe("checks that don't apply to a service", () => {
  const applies = (entry: string) => ["applies: {}", `applies:\n      ${entry}`] as const;

  it("are named with their reason, built or planned", async () => {
    const [from, to] = applies("rerank-settings: { check: false, reason: this service has no reranker }");
    const loaded = await loadEdited(from, to);
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    expect(loaded.config.golive.services["support-docs"]?.applies).toEqual({
      "rerank-settings": { check: false, reason: "this service has no reranker" },
    });
  });

  it.each(["candidate-run", "previous-run-intact", "manifest", "backup"])(
    "can't be %s: it is refused by name",
    async (id) => {
      const [from, to] = applies(`${id}: { check: false, reason: we do not want this one }`);
      expect(await reportOf(from, to)).toMatch(
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
    expect(await reportOf(from, to)).toMatch(expected);
  });
});
