import type { Example } from "#src/evaluation/leakage/example";
import { createFewShotLeakageGate } from "#src/gates/few-shot-leakage";
import type { FewShotMaterial, ReadFile } from "#src/gates/few-shot-material";
import type { SelfTest } from "#src/gates/self-test/self-test";
import { digestOf } from "#src/release/hash";

const example = (id: string, question: string, answer: string): Example => ({
  id,
  question,
  answers: [answer],
  text: `${question}\n${answer}`,
  sources: [],
  span: null,
  embedding: null,
});

const POOL = [
  example("fs-1", "How many sections has the handbook altogether?", "It has forty of them."),
  example("fs-2", "Who wrote the chapter about travelling by night?", "Nobody is named there."),
  example("fs-3", "Where does the index of places begin?", "On the last page."),
];
const CASES = [example("q-1", "Which colour has the cover of the third edition?", "The cover is dark green.")];

/** The pool and the evaluation set that a fixture brings; the pool has the hash that the scratch configuration names. */
const over =
  (pool: ReadFile | null, cases: readonly Example[] = CASES) =>
  () => {
    const datasets = [{ id: "gold", sha256: digestOf("self-test gold"), examples: cases }];
    const material: FewShotMaterial = { pool, datasets };
    return createFewShotLeakageGate({ readMaterial: async () => material });
  };

const sha256 = digestOf("self-test pool");
const [first = CASES[0]] = POOL;

export const fewShotLeakageSelfTest: SelfTest = {
  bad: [
    {
      what: "an evaluation question that stands in the pool under another id, in other letters",
      gate: over({ sha256, examples: POOL }, [
        example("q-7", "HOW MANY SECTIONS HAS THE HANDBOOK, ALTOGETHER?", "Forty-one."),
      ]),
      finds: "leaked:fs-1",
    },
    {
      what: "a pool entry that holds a gold answer",
      gate: over({
        sha256,
        examples: [...POOL.slice(1), { ...(first ?? example("fs-1", "", "")), text: "Note: the cover is dark green." }],
      }),
      finds: "leaked:fs-1",
    },
    {
      what: "a pool that is not the one which the candidate uses",
      gate: over({ sha256: digestOf("another pool"), examples: POOL }),
      finds: "pool:other-bytes",
    },
    {
      what: "a configured example that the pool does not have",
      gate: over({ sha256, examples: POOL.slice(1) }),
      finds: "few_shot_ids:fs-1:not-in-pool",
    },
    {
      what: "a pool that can't be read",
      gate: over({ unread: "its file can't be read" }),
      verdict: "inconclusive",
      finds: "pool:unreadable",
    },
    {
      what: "examples in the prompt and no pool named",
      gate: over(null),
      verdict: "inconclusive",
      finds: "pool:not-named",
    },
  ],
  good: { what: "a pool in which no evaluation case stands", gate: over({ sha256, examples: POOL }) },
};
