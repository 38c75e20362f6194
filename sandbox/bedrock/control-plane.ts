import { AwsError, unknownModel } from "#sandbox/bedrock/aws-error";
import type { Catalogue } from "#sandbox/bedrock/catalogue";

/** GetFoundationModel's answer. */
export function describeModel(catalogue: Catalogue, id: string): object {
  const model = catalogue.find(id);
  if (model === null || catalogue.profile(id) !== null) throw unknownModel();
  const embeds = model.kind === "hash-embedding";
  return {
    modelDetails: {
      modelArn: catalogue.arnOf(model),
      modelId: model.id,
      modelName: `Sandbox ${model.kind} (rules, no language model)`,
      providerName: "Golive sandbox",
      inputModalities: ["TEXT"],
      outputModalities: [embeds ? "EMBEDDING" : "TEXT"],
      responseStreamingSupported: !embeds,
      customizationsSupported: [],
      inferenceTypesSupported: ["ON_DEMAND"],
      modelLifecycle: { status: model.lifecycle },
    },
  };
}

/** GetInferenceProfile's answer. */
export function describeProfile(catalogue: Catalogue, id: string): object {
  const profile = catalogue.profile(id);
  if (profile === null) throw new AwsError("ResourceNotFoundException", "The inference profile was not found.");
  return {
    inferenceProfileId: profile.id,
    inferenceProfileArn: profile.arn,
    inferenceProfileName: `EU ${profile.id}`,
    description: "Routes to the same rules in two regions",
    models: profile.modelArns.map((modelArn) => ({ modelArn })),
    status: "ACTIVE",
    type: "SYSTEM_DEFINED",
  };
}
