import { z } from "zod";
import type { Json } from "#src/manifest/canonical";
import { isPlaceholder, isPlaceholderWord } from "#src/manifest/placeholder";

/** A fact that somebody has to have filled in. */
const fact = z
  .string({ error: (issue) => (issue.input === null ? "is not known" : "is not a text") })
  .refine((text) => !isPlaceholder(text), { error: (issue) => `is the placeholder ${JSON.stringify(issue.input)}` });
const count = z.number({ error: "is not known" }).int().min(0);
const hash = z.string({ error: "is not known" }).regex(/^[0-9a-f]{64}$/, "is not a SHA-256");
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

/**
 * The run manifest, version 1: what can be known now about everything that may change an answer. No times, no people: the
 * same facts are the same bytes, and so the same hash.
 */
export const manifestSchema = z.strictObject({
  schema: z.literal("golive-manifest/1"),
  service: fact,
  candidate: pair,
  /** What answers now; null for a first go-live. */
  active: pair.nullable(),
  ingest_run: z.strictObject({
    /** What stands in the chunk table now. */
    chunks: count.min(1, "is 0"),
    digest: fact,
    /** What ingestion or `golive run adopt` recorded when the run was finished. */
    recorded_by: z.enum(["ingestion", "adoption", "ingestion and adoption"], { error: "is not known" }),
    recorded_chunks: count,
    recorded_digest: fact,
  }),
  configuration: z.strictObject({ version: fact, sha256: hash, body: settings }),
  store: z.strictObject({ location: fact, mapping: z.record(z.string(), z.json()) }),
  retrieval: z.record(z.string(), z.json()),
  thresholds: z.strictObject({
    quality_gates: scalars,
    gates: z.record(z.string(), z.strictObject({ version: z.number(), thresholds: scalars })),
  }),
  deterministic_evaluation: scalars,
});

/** A complete manifest. */
export type ManifestBody = z.infer<typeof manifestSchema>;

/** What is missing from a manifest or only stands in for a value, one line each; empty for a complete one. */
export function manifestProblems(body: Json): readonly string[] {
  const parsed = manifestSchema.safeParse(body);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => `${issue.path.join(".") || "the manifest"} ${issue.message}`);
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
