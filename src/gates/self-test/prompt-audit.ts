import { createPromptAuditGate } from "#src/gates/prompt-audit";
import { askWith, auditWith, countingNonce, honestAsk, SETTINGS } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import type { AskService } from "#src/gates/service-probe";

const asking = (ask: AskService) => () => createPromptAuditGate({ settings: SETTINGS, ask, nonce: countingNonce() });

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
  good: { what: "an answer that shows what was sent", gate: asking(honestAsk) },
};
