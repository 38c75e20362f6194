import { createManifestGate } from "#src/gates/manifest";
import { honestReport, honestResolve } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";
import { collectManifest, type ManifestSources } from "#src/manifest/collect-manifest";

const sources: Pick<ManifestSources, "datasets" | "resolveModel"> = {
  datasets: async () => [{ id: "self-test", sha256: "0".repeat(64), bytes: 1, cases: 1 }],
  resolveModel: honestResolve,
};

const collecting =
  (changes: Partial<typeof sources> = {}) =>
  () =>
    createManifestGate({
      collect: (subject, signal) =>
        collectManifest(
          {
            service: subject.service,
            candidate: subject.candidate,
            active: subject.active,
            store: subject.store,
            storeUrl: "postgres://store.internal/rag",
            adopted: subject.adopted,
            qualityGates: {},
            gates: {},
            determinism: {},
            modelLimits: {},
            serviceReport: () => honestReport(subject),
            ...sources,
            ...changes,
          },
          signal,
        ),
    });

export const manifestSelfTest: SelfTest = {
  bad: [
    {
      what: "a candidate whose configuration does not exist",
      sql: ["DELETE FROM configs WHERE version = 'golive-self-test-2'"],
      gate: collecting(),
      finds: "candidate-configuration:missing",
    },
    {
      what: "facts that are not the frozen ones any more",
      change: () => ({ frozenManifest: "0".repeat(64) }),
      gate: collecting(),
      finds: "manifest:changed",
    },
    {
      what: "a placeholder in place of a fact",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{prompt,template}', '"unknown"')`],
      gate: collecting(),
      finds: 'configuration.body.prompt.template is the placeholder "unknown"',
    },
    {
      what: "a model that the provider does not have",
      gate: collecting({ resolveModel: async () => null }),
      finds: /^models\.generation\.arn is not known/,
    },
    {
      what: "a dataset whose file is not there",
      gate: collecting({ datasets: async () => [{ id: "self-test", sha256: null, bytes: null, cases: null }] }),
      finds: /^datasets\.0\.sha256 is not known/,
    },
    {
      what: "a dataset without a case",
      gate: collecting({ datasets: async () => [{ id: "self-test", sha256: "0".repeat(64), bytes: 0, cases: 0 }] }),
      finds: /^datasets\.0\.bytes is 0/,
    },
    {
      what: "a hash that still is a variable",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{embedding,tokenizer_sha256}', '"\${TOKENIZER_SHA}"')`],
      gate: collecting(),
      finds:
        /^configuration\.body\.embedding\.tokenizer_sha256 is "\$\{TOKENIZER_SHA\}" \(tokenizer_sha256\); expected a SHA-256/,
    },
  ],
  good: { what: "every fact there", gate: collecting() },
};
