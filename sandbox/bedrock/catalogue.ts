import { EMBEDDING_DIMENSION } from "#sandbox/rag/embed";

/** What a model of this Bedrock does. None of them is a language model: they are rules, and their names say so. */
export type Kind = "extractive-reader" | "extractive-judge" | "hash-embedding";

export type SandboxModel = {
  /** Without `:` and a version number, or with one, as Bedrock's own ids. */
  readonly id: string;
  readonly kind: Kind;
  readonly lifecycle: "ACTIVE" | "LEGACY";
};

export const READER = "sandbox.extractive-reader-v1";
export const JUDGE = "sandbox.extractive-judge-v1";
export const EMBEDDER = `sandbox.hash-embed-${EMBEDDING_DIMENSION}-v1`;

const BUILT_IN: readonly SandboxModel[] = [
  { id: READER, kind: "extractive-reader", lifecycle: "ACTIVE" },
  { id: JUDGE, kind: "extractive-judge", lifecycle: "ACTIVE" },
  { id: EMBEDDER, kind: "hash-embedding", lifecycle: "ACTIVE" },
];

/** A cross-region inference profile: `eu.` before a model's id, as AWS names its own. */
export type Profile = { readonly id: string; readonly arn: string; readonly modelArns: readonly string[] };

export type Catalogue = {
  /** By id, ARN, or the id or ARN of a profile. */
  find(idOrArn: string): SandboxModel | null;
  profile(idOrArn: string): Profile | null;
  arnOf(model: SandboxModel): string;
};

const ACCOUNT = "000000000000";
const PROFILE_REGIONS = ["eu-central-1", "eu-west-1"];

/** The models of one region. `more`: further ids, which behave as the kind they name. */
export function createCatalogue(region: string, more: readonly SandboxModel[] = []): Catalogue {
  const models = [...BUILT_IN, ...more];
  const arn = (of: string, id: string) => `arn:aws:bedrock:${of}::foundation-model/${id}`;
  const profiles = models.map((model) => ({
    id: `eu.${model.id}`,
    arn: `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/eu.${model.id}`,
    modelArns: PROFILE_REGIONS.map((of) => arn(of, model.id)),
    model,
  }));
  const profile = (wanted: string) => profiles.find(({ id, arn }) => wanted === id || wanted === arn) ?? null;
  return {
    find: (wanted) =>
      models.find(({ id }) => wanted === id || wanted === arn(region, id)) ?? profile(wanted)?.model ?? null,
    profile,
    arnOf: ({ id }) => arn(region, id),
  };
}
