import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { redact } from "#src/manifest/redact";

/** What the RAG service says of itself, for one pair (`GET /config`, docs/rag-service.md). */
export type ServiceReport = {
  readonly run: string | null;
  readonly configVersion: string | null;
  readonly config: Json;
  /** As reported; null where the service reports none. */
  readonly configHash: string | null;
  /** Names of the variables present. */
  readonly variables: readonly string[];
  readonly source: { readonly commit: string | null; readonly branch: string | null } | null;
};

/** The report as the manifest holds it, and what in it contradicts the configuration version that was reviewed. */
export type ServiceFacts = {
  readonly reported_config_hash: string | null;
  readonly variables: readonly string[];
  readonly contradictions: readonly string[];
};

/**
 * Holds the service's report against the configuration version (`body`, redacted; null: there is no such version). Its hash
 * is computed anew from the configuration it shows: a service can't vouch for itself.
 */
export function compareReport(
  report: ServiceReport,
  asked: { readonly run: string; readonly config: string },
  body: Json,
): ServiceFacts {
  const computed = sha256(canonicalJson(report.config));
  const lies =
    report.configHash !== null && report.configHash !== computed
      ? [`it reports CONFIG_HASH ${short(report.configHash)}, but the configuration it shows has ${short(computed)}`]
      : [];
  const other = [
    ...(report.run !== null && report.run !== asked.run
      ? [`it answers for run ${report.run}, not for ${asked.run}`]
      : []),
    ...(report.configVersion !== null && report.configVersion !== asked.config
      ? [`it answers for configuration ${report.configVersion}, not for ${asked.config}`]
      : []),
  ];
  const differs =
    body === null
      ? []
      : diffManifests(body, redact(report.config)).map((change) => `it runs ${describeChange(change)}`);
  return {
    reported_config_hash: report.configHash,
    variables: [...report.variables].sort(),
    contradictions: [...other, ...lies, ...differs],
  };
}

const short = (hash: string): string => hash.slice(0, 12);
