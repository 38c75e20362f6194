import type { Gate } from "#src/gates/gate";
import { createHealthSelfTestGate } from "#src/gates/health-self-test";
import { proveGate } from "#src/gates/self-test/prove-gate";
import { inScratchWorld } from "#src/gates/self-test/scratch-world";
import type { SelfTest, World } from "#src/gates/self-test/self-test";

/** A gate that looks at one variable, and three that only pretend to. */
const planted = (judge: (value: string | undefined) => boolean): Gate => ({
  id: "planted",
  title: "Planted gate",
  version: 1,
  timeoutMs: 5_000,
  thresholds: () => ({}),
  check: async ({ env }) => {
    const good = judge(env.PLANTED);
    return {
      verdict: good ? "pass" : "fail",
      summary: good ? "Good." : "Bad.",
      value: "",
      bar: "",
      numbers: {},
      how: "",
      next: "",
      inputs: "",
      findings: good ? [] : ["PLANTED:bad"],
    };
  },
});

const plantedTest: SelfTest = {
  bad: [{ what: "a bad value", change: () => ({ env: { PLANTED: "bad" } }), finds: "PLANTED:bad" }],
  good: { what: "a good value", change: () => ({ env: { PLANTED: "good" } }) },
};

const over =
  (gate: Gate, test?: SelfTest) =>
  ({ subject }: World) =>
    createHealthSelfTestGate({
      prove: (_, signal) =>
        inScratchWorld(subject, signal, async (scratch) => [await proveGate(gate, test, scratch, signal)]),
    });

export const healthSelfTestSelfTest: SelfTest = {
  bad: [
    {
      what: "a gate that is always green",
      gate: over(
        planted(() => true),
        plantedTest,
      ),
      finds: "planted:bad-1:pass",
    },
    {
      what: "a gate that is always red",
      gate: over(
        planted(() => false),
        plantedTest,
      ),
      finds: "planted:good:fail",
    },
    { what: "a gate without fixtures", gate: over(planted(() => true)), finds: "planted:no-fixture" },
  ],
  good: {
    what: "a gate that tells good from bad",
    gate: over(
      planted((value) => value === "good"),
      plantedTest,
    ),
  },
};
