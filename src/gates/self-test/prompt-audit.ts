import { createPromptAuditGate } from "#src/gates/prompt-audit";
import { askWith, auditWith, countingNonce, honestAsk, SETTINGS } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import type { AskService } from "#src/gates/service-probe";
import { sha256 } from "#src/manifest/canonical";

const asking =
  (ask: AskService, settings = SETTINGS) =>
  () =>
    createPromptAuditGate({ settings, ask, nonce: countingNonce() });

export const promptAuditSelfTest: SelfTest = {
  bad: [
    {
      what: "a prompt hash that is not the prompt's",
      gate: asking(auditWith({ prompt: "something else was sent" })),
      finds: "prompt_sha256:other",
    },
    {
      what: "a few-shot example that is not in the configuration",
      gate: asking(auditWith({ few_shot_ids: ["fs-9"] })),
      finds: "few_shot_ids:other",
    },
    {
      what: "no few-shot example while three are configured",
      gate: asking(auditWith({ few_shot_ids: [] })),
      finds: "few_shot_ids:left-out",
    },
    {
      what: "no few-shot example where each question selects its own",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{prompt,few_shot_selection}', '"per-question"')`],
      gate: asking(auditWith({ few_shot_ids: [] })),
      finds: "few_shot_ids:none",
    },
    {
      what: "a prompt of two letters under its own hash",
      gate: asking(auditWith({ prompt: "hi", prompt_sha256: sha256("hi") })),
      finds: "prompt:without-question",
    },
    {
      what: "a prompt without the passage that the answer names as its context",
      gate: asking(askWith(({ context }) => ({ context: context.map((each) => ({ ...each, text: "Another one." })) }))),
      finds: "prompt:without-context",
    },
    {
      what: "an answer, a retrieval and a context with nothing in them",
      gate: asking(askWith(() => ({ answer: "", snapshot: [], context: [] }))),
      verdict: "inconclusive",
      finds: "context:empty",
    },
    {
      what: "a chain of thought, which the settings turn off",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{generation,chain_of_thought}', 'true')`],
      gate: asking(auditWith({ cot: true })),
      finds: "cot:against-env",
    },
    {
      what: "no chain of thought, which the settings turn on",
      gate: asking(honestAsk, { ...SETTINGS, COT_ENABLED: true }),
      finds: "cot:against-env",
    },
    {
      what: "another model than the reviewed one",
      gate: asking(auditWith({ model: "self-test-other" })),
      finds: "model:other",
    },
    {
      what: "another configuration than the reviewed one",
      gate: asking(askWith(() => ({ config_hash: "0".repeat(64) }))),
      finds: "config_hash:other",
    },
  ],
  good: {
    what: "an answer that shows what was sent, by the vendor's own name of the model",
    sql: [
      `UPDATE configs SET body = jsonb_set(body, '{generation,model}', '"eu.vendor.self-test-reader-v1:0"') WHERE version = 'golive-self-test-2'`,
    ],
    gate: asking(auditWith({ model: "self-test-reader" })),
  },
};
