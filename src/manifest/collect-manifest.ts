import type { ServiceConfig } from "#src/config/service-config";
import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { describeDsn } from "#src/manifest/describe-dsn";
import { manifestProblems } from "#src/manifest/manifest-schema";
import { redact } from "#src/manifest/redact";
import type { RagStore } from "#src/rag/store";
import { speakingRecord } from "#src/release/comparable-digests";
import type { Pair } from "#src/release/events";

type Scalars = Readonly<Record<string, string | number | boolean | null>>;

/** Where the facts come from. Everything is passed in; only the RAG store is asked. */
export type ManifestSources = {
  readonly service: ServiceConfig;
  readonly candidate: Pair;
  readonly active: Pair | null;
  readonly store: RagStore;
  /** The store's connection string; only host and database enter the manifest. */
  readonly storeUrl: string;
  readonly adopted: Readonly<Record<string, { readonly chunks: number; readonly digest: string }>>;
  /** The floors of quality_gates.yaml. */
  readonly qualityGates: Scalars;
  /** Gate id → version and thresholds, from `gateThresholds` in src/gates/registry.ts. */
  readonly gates: Readonly<Record<string, { readonly version: number; readonly thresholds: Scalars }>>;
  /** deterministic_evaluation.env as parsed. */
  readonly determinism: Scalars;
};

export type ManifestSettings = Pick<ManifestSources, "service" | "storeUrl" | "qualityGates" | "gates" | "determinism">;

/**
 * A manifest as collected. `hash`: SHA-256 of `text`, its canonical JSON. `problems`: what is missing or a placeholder; a
 * manifest with problems has a hash too, so that it can be shown and compared, but its check fails.
 */
export type Manifest = {
  readonly service: string;
  readonly hash: string;
  readonly text: string;
  readonly body: Json;
  readonly problems: readonly string[];
};

/**
 * The part of a manifest that comes from the configuration alone. A process whose settings differ from those in a frozen
 * manifest must not run its checks: it would hold the data against other bars than those that are signed.
 */
export function manifestSettings(sources: ManifestSettings) {
  return {
    store: { location: describeDsn(sources.storeUrl), mapping: plainJson(sources.service.rag_store) },
    retrieval: plainJson(sources.service.retrieval),
    thresholds: { quality_gates: { ...sources.qualityGates }, gates: plainJson(sources.gates) },
    deterministic_evaluation: { ...sources.determinism },
  };
}

/**
 * Collects the run manifest. Facts that nobody recorded are null in it. Checklist and policy stay out: sign-offs are bound to
 * them by hashes of their own, and in here an edit of one role would void every signature of the release. Throws `RagStoreError`
 * when the store fails.
 */
export async function collectManifest(sources: ManifestSources, signal?: AbortSignal): Promise<Manifest> {
  const { service, candidate, active, store } = sources;
  const [run, now, versions] = [
    await store.run(candidate.run, signal),
    await store.digest(candidate.run, signal),
    await store.configVersions(signal),
  ];
  const adopted = Object.hasOwn(sources.adopted, candidate.run) ? sources.adopted[candidate.run] : undefined;
  const held = speakingRecord(run, adopted ?? null, now.digest);
  const ingested = run !== null && (run.chunks !== null || run.digest !== null);
  const found = versions.find((each) => each.version === candidate.config);
  const configuration = found === undefined ? null : redact(plainJson(found.body));
  const body: Json = {
    schema: "golive-manifest/1",
    service: service.id,
    candidate: { ...candidate },
    active: active === null ? null : { ...active },
    ingest_run: {
      chunks: now.chunks,
      digest: now.digest,
      recorded_by:
        ingested && adopted !== undefined
          ? "ingestion and adoption"
          : ingested
            ? "ingestion"
            : adopted !== undefined
              ? "adoption"
              : null,
      recorded_chunks: held?.chunks ?? null,
      recorded_digest: held?.digest ?? null,
    },
    configuration: {
      version: candidate.config,
      sha256: configuration === null ? null : sha256(canonicalJson(configuration)),
      body: configuration,
    },
    ...manifestSettings(sources),
  };
  const text = canonicalJson(body);
  return { service: service.id, hash: sha256(text), text, body, problems: manifestProblems(body) };
}

/** A parsed configuration as JSON: keys that are set to `undefined` are not there. */
function plainJson(value: unknown): Json {
  const text = JSON.stringify(value);
  if (text === undefined) return null;
  const parsed: Json = JSON.parse(text);
  return parsed;
}
