import { createModelsGate } from "#src/gates/models";
import { honestModels } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import { ModelError } from "#src/models/model-error";

export const modelsSelfTest: SelfTest = {
  bad: [
    {
      what: "a judge that does not exist",
      gate: () => createModelsGate({ models: honestModels({ missing: "self-test-judge" }) }),
      finds: "judge:self-test-judge:unknown-model",
    },
    {
      what: "an embedder whose vectors have another dimension",
      gate: () =>
        createModelsGate({
          models: {
            ...honestModels(),
            embed: async () => {
              throw new ModelError("wrong-dimension", "The vector has 3 numbers, not 4.");
            },
          },
        }),
      finds: "embedding:self-test-embedder:wrong-dimension",
    },
    {
      what: "a configuration with another dimension than golive.yaml says",
      sql: [
        `UPDATE configs SET body = jsonb_set(body, '{embedding,dimension}', '5') WHERE version = 'golive-self-test-2'`,
      ],
      gate: () => createModelsGate({ models: honestModels() }),
      finds: "embedding.dimension:not-as-golive.yaml",
    },
  ],
  good: { what: "models that answer", gate: () => createModelsGate({ models: honestModels() }) },
};
