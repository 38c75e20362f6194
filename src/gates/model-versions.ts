import type { Gate, GateFinding } from "#src/gates/gate";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { askedModels, collectModels, MODEL_ROLES, type ResolveModel } from "#src/manifest/collect-models";
import { isPlaceholder } from "#src/manifest/placeholder";
import { digestOf } from "#src/release/hash";

export type ModelVersionsGateDeps = {
  /** Null: the provider has no such model. Throws when it can't be asked. */
  readonly resolveModel: ResolveModel;
};

/**
 * Model IDs captured and versioned: every model that the candidate's configuration names is one that its provider resolves
 * to an ARN. A label that somebody typed and a version that somebody made up both look like ids.
 */
export function createModelVersionsGate({ resolveModel }: ModelVersionsGateDeps): Gate {
  return {
    id: "model-versions",
    title: "Model versions",
    version: 1,
    timeoutMs: 60_000,
    thresholds: ({ models }) => ({ unresolved: 0, judge: models.judge_model }),
    check: async ({ candidate, service, store }, signal) => {
      const { body } = await collectConfiguration(store, candidate.config, signal);
      const asked = askedModels(body, service.configuration_facts, service.models.judge_model);
      const facts = await collectModels(asked, resolveModel, signal);
      const roles = MODEL_ROLES.flatMap((role) => {
        const fact = facts[role];
        return fact === undefined ? [] : [{ role, ...fact }];
      });
      const bad = roles.filter(({ asked: id, arn }) => id === null || isPlaceholder(id) || arn === null);
      const words = bad.map(({ role, asked: id }) =>
        id === null || isPlaceholder(id)
          ? `the ${role} model is not named`
          : `the provider has no model ${id} (${role})`,
      );
      const finding: GateFinding = {
        verdict: bad.length === 0 ? "pass" : "fail",
        summary:
          bad.length === 0
            ? `All ${roles.length} models are resolved by their provider: ${roles.map(({ role, asked: id }) => `${role} ${id}`).join(", ")}.`
            : `${bad.length} of ${roles.length} models can't be pinned: ${words.join("; ")}.`,
        value: `${roles.length - bad.length} of ${roles.length} resolved`,
        bar: `${roles.length} of ${roles.length}`,
        numbers: Object.fromEntries(
          roles.flatMap(({ role, asked: id, arn }) => [
            [role, id],
            [`${role}_arn`, arn],
          ]),
        ),
        how: "GetFoundationModel and GetInferenceProfile of Bedrock, for each model of the configuration and the judge",
        next:
          bad.length === 0
            ? ""
            : "Correct the model ids in the configuration version (or `judge_model` in golive.yaml), see that the account has access to them in this region, then rerun this check.",
        inputs: digestOf(facts),
        findings: bad.map(({ role, asked: id }) => `${role}:${id ?? "unnamed"}:unresolved`),
      };
      return finding;
    },
  };
}
