import { createDeterminismGate } from "#src/gates/determinism";
import { askWith, auditWith, countingNonce, honestAsk, honestModels, SETTINGS } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import type { AskService } from "#src/gates/service-probe";

const asking =
  (ask: AskService, evaluation = honestModels({ evaluation: true })) =>
  () =>
    createDeterminismGate({ settings: SETTINGS, ask, evaluation, nonce: countingNonce() });

export const determinismSelfTest: SelfTest = {
  bad: [
    {
      what: "a service that answers at temperature 0.2",
      gate: asking(auditWith({ temperature: 0.2 })),
      finds: "temperature:not-0",
    },
    {
      what: "a cache that was left on",
      gate: asking(askWith(() => ({ cache: "hit" }))),
      finds: "cache:hit",
    },
    {
      what: "a stored answer that claims to be a fresh one",
      gate: asking(askWith(() => ({ cache: "miss", nonce: "nonce-1", trace_id: "trace-1" }))),
      finds: "cache:stored-answer",
    },
    {
      what: "a model client that lets another temperature through",
      gate: asking(honestAsk, honestModels()),
      finds: "own-client:lets-through",
    },
  ],
  good: { what: "a service that does what an evaluation asks", gate: asking(honestAsk) },
};
