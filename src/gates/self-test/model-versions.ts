import { createModelVersionsGate } from "#src/gates/model-versions";
import { honestResolve } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";

const gate = () => createModelVersionsGate({ resolveModel: honestResolve });

export const modelVersionsSelfTest: SelfTest = {
  bad: [
    {
      what: "a label that the provider has no model for",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{generation,model}', '"reader_v1.0"')`],
      gate,
      finds: "generation:reader_v1.0:unresolved",
    },
    {
      what: "an embedding model that nobody named",
      sql: [`UPDATE configs SET body = body #- '{embedding,model}'`],
      gate,
      finds: "embedding:unnamed:unresolved",
    },
  ],
  good: { what: "models that the provider resolves", gate },
};
