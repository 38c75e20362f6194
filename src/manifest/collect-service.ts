import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { redact } from "#src/manifest/redact";
import type { ServiceReport } from "#src/rag/service";
import type { Pair } from "#src/release/events";

/** The report as the manifest holds it, and what in it contradicts the configuration version that was reviewed. */
export type ServiceFacts = {
  readonly reported_config_hash: string;
  readonly variables: readonly string[];
  readonly contradictions: readonly string[];
};

/**
 * Holds the service's report against the configuration version (`body`, redacted; null: there is no such version). Its hash
 * is computed anew from the configuration it shows: a service can't vouch for itself.
 */
export function compareReport(report: ServiceReport, asked: Pair, body: Json): ServiceFacts {
  const computed = sha256(canonicalJson(report.config));
  const lies =
    report.config_hash !== computed
      ? [`it reports CONFIG_HASH ${short(report.config_hash)}, but the configuration it shows has ${short(computed)}`]
      : [];
  const other = [
    ...(report.run_id === asked.run ? [] : [`it answers for run ${report.run_id}, not for ${asked.run}`]),
    ...(report.config_version === asked.config
      ? []
      : [`it answers for configuration ${report.config_version}, not for ${asked.config}`]),
  ];
  const differs =
    body === null
      ? []
      : diffManifests(body, redact(report.config)).map((change) => `it runs ${describeChange(change)}`);
  return {
    reported_config_hash: report.config_hash,
    variables: [...report.variables].sort(),
    contradictions: [...other, ...lies, ...differs],
  };
}

const short = (hash: string): string => hash.slice(0, 12);
