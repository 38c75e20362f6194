import { createConfigHashGate } from "#src/gates/config-hash";
import { honestReport } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import type { ServiceReport } from "#src/rag/service";

const reporting = (change: (report: ServiceReport) => Partial<ServiceReport>) => () =>
  createConfigHashGate({
    serviceReport: async (subject) => {
      const report = await honestReport(subject);
      return { ...report, ...change(report) };
    },
  });

export const configHashSelfTest: SelfTest = {
  bad: [
    {
      what: "a service that lies about its CONFIG_HASH",
      gate: reporting(() => ({ config_hash: "0".repeat(64) })),
      finds: /^service:it reports CONFIG_HASH 000000000000/,
    },
    {
      what: "a service that runs something else than its configuration version",
      sql: [
        `UPDATE configs SET body = jsonb_set(body, '{retrieval,rrf_k}', '61') WHERE version = 'golive-self-test-2'`,
      ],
      gate: reporting(({ config }) => ({ config: { ...config, retrieval: null } })),
      finds: /^service:it runs retrieval/,
    },
    {
      what: "a configuration that leaves out the prompt's hash",
      sql: [`UPDATE configs SET body = body #- '{prompt,sha256}' WHERE version = 'golive-self-test-2'`],
      gate: reporting(() => ({})),
      finds: /^configuration\.body\.prompt\.sha256 is not known/,
    },
    {
      what: "a made-up hash of the prompt",
      sql: [
        `UPDATE configs SET body = jsonb_set(body, '{prompt,sha256}', '"prompt_v1.0"') WHERE version = 'golive-self-test-2'`,
      ],
      gate: reporting(() => ({})),
      finds: /^configuration\.body\.prompt\.sha256 is "prompt_v1\.0"/,
    },
    {
      what: "a commit of zeros on no branch",
      gate: reporting(() => ({ source: { commit: "0000000", branch: "HEAD" } })),
      finds: "source:unknown",
    },
    {
      what: "a service that is another one",
      gate: reporting(() => ({ service: "somebody-else" })),
      finds: /^service:it is the service somebody-else/,
    },
    {
      what: "a service that generates with a model its configuration does not name",
      gate: reporting(({ models }) => ({
        models: { ...models, generation: [...models.generation, "self-test-other"] },
      })),
      finds: /^service:it generates with self-test-other/,
    },
    {
      what: "a service that makes other calls for an answer than golive.yaml says",
      gate: reporting(() => ({ model_calls_per_answer: 40 })),
      finds: /^service:it makes 40 model calls/,
    },
    {
      what: "a service that does not say which code it runs",
      gate: reporting(() => ({ source: null })),
      finds: "source:unknown",
    },
  ],
  good: { what: "a service that runs exactly its configuration version", gate: reporting(() => ({})) },
};
