import type { Json } from "#src/manifest/canonical";
import { MODEL_ROLES } from "#src/manifest/collect-models";
import { type FactOverrides, readConfigurationFacts, valueAt } from "#src/manifest/configuration-facts";
import { manifestProblems } from "#src/manifest/manifest-schema";
import type { ManifestSummary } from "#src/release/manifest-summary";

/** The facts of a manifest that fit into a few lines, whatever is missing from it. */
export function summarizeManifest(hash: string, body: Json, overrides: FactOverrides): ManifestSummary {
  const text = (path: string, from = body) => asText(valueAt(from, path));
  const count = (path: string, from = body) => asCount(valueAt(from, path));
  const configuration = valueAt(body, "configuration.body") ?? null;
  return {
    hash,
    run: text("candidate.run"),
    chunks: count("ingest_run.chunks"),
    config: text("candidate.config"),
    configHash: text("configuration.sha256"),
    models: MODEL_ROLES.flatMap((role) => {
      const model = valueAt(body, `models.${role}`);
      return model === undefined ? [] : [{ role, asked: text("asked", model) }];
    }),
    commit: text("source.commit"),
    branch: text("source.branch"),
    datasets: listOf(valueAt(body, "datasets")).map((set) => ({
      id: text("id", set) ?? "",
      cases: count("cases", set),
    })),
    thresholds: thresholdsIn(body),
    missing: [
      ...manifestProblems(body),
      ...(configuration === null ? [] : readConfigurationFacts(configuration, overrides).problems),
    ],
  };
}

function thresholdsIn(body: Json): number {
  const gates = entriesOf(valueAt(body, "thresholds.gates"));
  return gates.reduce(
    (sum, [, gate]) => sum + entriesOf(valueAt(gate, "thresholds")).length,
    entriesOf(valueAt(body, "thresholds.quality_gates")).length,
  );
}

function entriesOf(value: Json | undefined): [key: string, value: Json][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const asText = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);
const asCount = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);
