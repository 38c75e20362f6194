import { z } from "zod";
import type { Json } from "#src/manifest/canonical";
import { isPlaceholder, isPlaceholderWord } from "#src/manifest/placeholder";
import { isBranch, isCommit } from "#src/manifest/source-code";

/** A fact that somebody has to have filled in. */
const fact = z
  .string({ error: (issue) => (issue.input === null ? "is not known" : "is not a text") })
  .refine((text) => !isPlaceholder(text), { error: (issue) => `is the placeholder ${JSON.stringify(issue.input)}` });
const count = z.number({ error: "is not known" }).int().min(0);
const hash = z.string({ error: "is not known" }).regex(/^[0-9a-f]{64}$/, "is not a SHA-256");
/** How many settings were left out because they may be secrets, and a digest by which a change of them is seen. */
const hiddenSettings = z.strictObject({ settings: count.min(1), digest: hash });
/** `cases`: lines that hold something, for NDJSON. */
const file = z.strictObject({
  sha256: z.string({ error: "is not known: its file can't be read" }).regex(/^[0-9a-f]{64}$/, "is not a SHA-256"),
  bytes: count.min(1, "is 0: the file is empty"),
  cases: count.min(1, "is 0: the file has no cases").nullable(),
});
const pair = z.strictObject({ run: fact, config: fact });
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const scalars = z.record(z.string(), scalar);

/** Free-form settings: any JSON, but no word in it that only stands in for a value. */
const settings = z.json().superRefine((value, context) => {
  for (const { path, text } of textsOf(value, [])) {
    if (isPlaceholderWord(text)) {
      context.addIssue({ code: "custom", path: [...path], message: `is the placeholder ${JSON.stringify(text)}` });
    }
  }
});

const model = z.strictObject({
  /** The id as the configuration names it. */
  asked: fact,
  /** What the provider resolves it to: a label that somebody typed proves nothing. */
  arn: z
    .string({ error: "is not known: the provider has no such model" })
    .regex(/^arn:[a-z-]+:bedrock:/, "is no Bedrock ARN"),
  models: z.array(z.string()).min(1, "names no model"),
});

/**
 * The run manifest, version 2: everything that may change an answer. No times, no people: the same facts are the same bytes,
 * and so the same hash. Who froze it, when, and what the checks said stands beside it (`manifest-record.ts`).
 */
export const manifestSchema = z.strictObject({
  schema: z.literal("golive-manifest/2"),
  service: fact,
  candidate: pair,
  /**
   * What answers now and what its run and configuration hold, which is what a rollback returns to; null for a first go-live.
   * Whether that is as it was recorded is for `previous-run-intact` to say.
   */
  active: pair
    .extend({ chunks: count, digest: fact, config_sha256: hash.nullable(), config_hidden: hiddenSettings.nullable() })
    .nullable(),
  ingest_run: z.strictObject({
    /** What stands in the chunk table now. */
    chunks: count.min(1, "is 0"),
    digest: fact,
    /** What ingestion or `golive run adopt` recorded when the run was finished. */
    recorded_by: z.enum(["ingestion", "adoption", "ingestion and adoption"], { error: "is not known" }),
    recorded_chunks: count,
    recorded_digest: fact,
  }),
  /**
   * `sha256` is the CONFIG_HASH: over the RFC 8785 canonical JSON of `body`, secrets left out. `hidden`: a digest of what was left
   * out and may be a setting; null where nothing was.
   */
  configuration: z.strictObject({
    version: fact,
    sha256: hash,
    body: settings,
    hidden: hiddenSettings.nullish(),
  }),
  /** What the service says it runs; `contradictions` says where that is something else. */
  service_report: z.strictObject(
    {
      reported_config_hash: hash,
      variables: z.array(z.string()),
      contradictions: z.array(z.string()).max(0, { error: (issue) => `disagrees: ${contradictionsOf(issue.input)}` }),
    },
    { error: "is not known" },
  ),
  /** The service's code. */
  source: z.strictObject({
    commit: z.string({ error: "is not known" }).refine(isCommit, "is no git commit"),
    branch: fact.refine(isBranch, "is no branch"),
  }),
  models: z.strictObject({ generation: model, embedding: model, rerank: model.optional(), judge: model }),
  datasets: z.array(file.extend({ id: fact })).min(1, "names none"),
  /** The examples that prompts are taken from; not there where golive.yaml names none. */
  few_shot_pool: file.optional(),
  store: z.strictObject({ location: fact, mapping: z.record(z.string(), z.json()) }),
  retrieval: z.record(z.string(), z.json()),
  thresholds: z.strictObject({
    quality_gates: scalars,
    gates: z.record(z.string(), z.strictObject({ version: z.number(), thresholds: scalars })),
  }),
  deterministic_evaluation: scalars,
  /** The shared limit of model calls, and what was profiled to allow more than the checklist does. */
  model_limits: z.record(z.string(), z.json()),
  /** Checks that this service declares not to apply, and why. */
  not_applicable: z.record(z.string(), z.string()),
});

/** A complete manifest. */
export type ManifestBody = z.infer<typeof manifestSchema>;

/** What is missing from a manifest or only stands in for a value, one line each; empty for a complete one. */
export function manifestProblems(body: Json): readonly string[] {
  const parsed = manifestSchema.safeParse(body);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => `${issue.path.join(".") || "the manifest"} ${issue.message}`);
}

function contradictionsOf(input: unknown): string {
  return Array.isArray(input) ? input.map(String).join("; ") : "";
}

function* textsOf(
  value: unknown,
  path: readonly (string | number)[],
): Generator<{ path: readonly (string | number)[]; text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) for (const [at, entry] of value.entries()) yield* textsOf(entry, [...path, at]);
  else if (typeof value === "object" && value !== null) {
    for (const [key, entry] of Object.entries(value)) yield* textsOf(entry, [...path, key]);
  }
}
