import { createDeterminismGate } from "#src/gates/determinism";
import {
  askWith,
  auditWith,
  countingNonce,
  honestAsk,
  honestModels,
  replaying,
  SETTINGS,
} from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import type { AskService } from "#src/gates/service-probe";

const asking =
  (ask: AskService, evaluation = honestModels({ evaluation: true })) =>
  () =>
    createDeterminismGate({
      settings: SETTINGS,
      ask,
      evaluation,
      nonce: countingNonce(),
      goldQuestions: async () => ["Which section is about invitations?"],
    });

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
      gate: () => asking(replaying(() => ({ cache: "miss" })))(),
      finds: "cache:stored-answer",
    },
    {
      what: "a stored answer with the new nonce stamped on",
      gate: () => asking(replaying((nonce, count) => ({ nonce, trace_id: `trace-${count}`, cache: "off" })))(),
      finds: "nonce:not-in-prompt",
    },
    {
      what: "a stored answer with the new nonce and no cache field",
      gate: () => asking(replaying((nonce, count) => ({ nonce, trace_id: `trace-${count}`, cache: null })))(),
      finds: "nonce:not-in-prompt",
    },
    {
      what: "a service that does not say whether its cache answered",
      gate: asking(askWith(() => ({ cache: null }))),
      verdict: "inconclusive",
      finds: "cache:not-shown",
    },
    {
      what: "answers, retrievals and contexts with nothing in them",
      gate: asking(askWith(() => ({ answer: "", snapshot: [], context: [] }))),
      verdict: "inconclusive",
      finds: "answer:empty",
    },
    {
      what: "a model client that lets another temperature through",
      gate: asking(honestAsk, honestModels()),
      finds: "own-client:lets-through",
    },
  ],
  good: { what: "a service that does what an evaluation asks", gate: asking(honestAsk) },
};
