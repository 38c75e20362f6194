import { resolve } from "node:path";
import type { Pool } from "pg";
import { z } from "zod";
import type { Config } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import { findPool } from "#src/evaluation/few-shot/work/find-pool";
import type { Gate } from "#src/gates/gate";
import { gateThresholds } from "#src/gates/registry";
import type { CollectManifest } from "#src/jobs/handlers/freeze-manifest";
import type { Json } from "#src/manifest/canonical";
import { collectDatasets } from "#src/manifest/collect-datasets";
import {
  collectManifest,
  type Manifest,
  type ManifestSettings,
  type ManifestSources,
  manifestSettings,
} from "#src/manifest/collect-manifest";
import type { ResolveModel } from "#src/manifest/collect-models";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { manifestFileName, writeDocument } from "#src/manifest/manifest-file";
import { manifestRecord } from "#src/manifest/manifest-record";
import { findManifest, loadManifest, saveManifest } from "#src/manifest/manifest-records";
import { summarizeManifest } from "#src/manifest/summarize-manifest";
import { checksTouchedBy } from "#src/manifest/touches";
import { ModelError } from "#src/models/model-error";
import type { RagService } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";
import type { RagStore } from "#src/rag/store";
import type { CheckId } from "#src/release/checklist";
import type { Pair } from "#src/release/events";
import type { ManifestDifference, ManifestSummary } from "#src/release/manifest-summary";
import type { ReleaseState, ServiceState } from "#src/release/state";

/** Everything that is known of one configured service. */
export type Governed = {
  readonly service: ServiceConfig;
  readonly store: RagStore;
  readonly connectionString: string;
  readonly ragService: RagService;
};

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly governed: (service: string) => Governed;
  readonly serviceState: (service: string) => Promise<ServiceState>;
  readonly resolveModel: ResolveModel;
  /** Asked when a manifest is collected: gates rest on manifests, and manifests name the gates' thresholds. */
  readonly gates: () => ReadonlyMap<CheckId, Gate>;
};

/** Collecting, keeping and finding manifests. */
export type Manifests = {
  /** For a release: collected, kept, and compared with the one it froze before. */
  readonly ofRelease: CollectManifest;
  /** For a pair as it stands now. A source that can't be asked throws. */
  collect(service: string, candidate: Pair, active: Pair | null, signal: AbortSignal): Promise<Manifest>;
  save(manifest: Manifest): Promise<void>;
  load(hash: string): Promise<{ readonly body: Json } | null>;
  /** A kept manifest in a few lines. Null: none is kept under this hash. Throws `ManifestError`. */
  summary(service: string, hash: string): Promise<ManifestSummary | null>;
  /** What differs between two kept ones, and what looks at it. Null: one of them isn't kept. Throws `ManifestError`. */
  differences(service: string, from: string, to: string): Promise<readonly ManifestDifference[] | null>;
  /** A manifest that this release froze, as a file. Throws `ManifestError`. */
  file(release: ReleaseState, hash: string): Promise<{ readonly name: string; readonly text: string } | null>;
  /** The hash that begins like this, when exactly one does. */
  find(service: string, prefix: string): Promise<string | null>;
  /** What this process is configured otherwise than a release's manifest says; empty where nothing differs. */
  otherSettings(release: ReleaseState): Promise<readonly string[]>;
};

export function composeManifests({ config, pool, governed, serviceState, resolveModel, gates }: Deps): Manifests {
  /** What this process's configuration brings into a manifest. */
  function settingsOf(id: string): ManifestSettings {
    const { service, connectionString } = governed(id);
    const { qualityGates, determinism } = config;
    const { limits, profiled } = config.golive.models;
    return {
      service,
      storeUrl: connectionString,
      qualityGates,
      determinism,
      gates: gateThresholds(gates(), service),
      modelLimits: { ...limits, profiled: profiled ?? null },
    };
  }

  async function sourcesOf(id: string, candidate: Pair, active: Pair | null): Promise<ManifestSources> {
    const { service, store, ragService } = governed(id);
    const { few_shot_pool: pool } = service;
    const files = service.datasets.map((set) => ({ id: set.id, file: resolve(config.dir, set.file) }));
    return {
      ...settingsOf(id),
      store,
      candidate,
      active,
      adopted: (await serviceState(id)).adopted,
      serviceReport: (pair, signal) => ragService.config(pair, signal),
      resolveModel,
      datasets: (signal) => collectDatasets(files, signal),
      ...(pool === undefined
        ? {}
        : {
            fewShotPool: async (sha256: string | null, signal: AbortSignal) => ({
              id: "few-shot pool",
              file: await findPool(resolve(config.dir, pool), sha256, signal),
            }),
          }),
    };
  }

  return {
    async ofRelease(release, signal) {
      const { store, service } = governed(release.service);
      // The pointer as it is now: what was reviewed is in the release, and a difference must show.
      const live = await store.pointer(signal);
      const sources = await sourcesOf(service.id, release.candidate, live);
      // The first manifest names a source that is away as a missing fact: the checks run and say so. Later it throws: an
      // outage of minutes must not void what people signed.
      const frozen = release.manifest;
      const manifest = await collectManifest(frozen === null ? tolerant(sources) : sources, signal);
      await saveManifest(pool, manifest);
      const before = frozen === null ? null : await loadManifest(pool, frozen.hash);
      const changes = before === null ? [] : diffManifests(before.body, manifest.body).map(describeChange);
      return { hash: manifest.hash, changes };
    },
    async collect(id, candidate, active, signal) {
      return collectManifest(await sourcesOf(id, candidate, active), signal);
    },
    save: (manifest) => saveManifest(pool, manifest),
    load: (hash) => loadManifest(pool, hash),
    async summary(service, hash) {
      const kept = await loadManifest(pool, hash);
      return kept === null ? null : summarizeManifest(hash, kept.body, governed(service).service.configuration_facts);
    },
    async differences(service, from, to) {
      const [a, b] = await Promise.all([loadManifest(pool, from), loadManifest(pool, to)]);
      if (a === null || b === null) return null;
      const overrides = governed(service).service.configuration_facts;
      return diffManifests(a.body, b.body).map((change) => ({
        text: describeChange(change),
        checks: checksTouchedBy(change.key, overrides),
      }));
    },
    async file(release, hash) {
      const kept = await loadManifest(pool, hash);
      if (kept === null) return null;
      const record = await manifestRecord(pool, release, hash);
      return { name: manifestFileName(hash), text: writeDocument({ hash, body: kept.body, record }, "yaml") };
    },
    find: (service, prefix) => findManifest(pool, service, prefix),
    async otherSettings(release) {
      const frozen = release.manifest === null ? null : await loadManifest(pool, release.manifest.hash);
      if (frozen === null) return [];
      const ours = manifestSettings(settingsOf(release.service));
      const theirs = z.record(z.string(), z.json()).parse(frozen.body);
      const named = Object.fromEntries(Object.keys(ours).map((key) => [key, theirs[key] ?? null]));
      return diffManifests(named, ours).map(describeChange);
    },
  };
}

/** The same sources, with those that can't be asked named instead of thrown. */
function tolerant(sources: ManifestSources): ManifestSources {
  return {
    ...sources,
    serviceReport: (pair, signal) => sources.serviceReport(pair, signal).catch(unavailable(signal)),
    resolveModel: (model, signal) => sources.resolveModel(model, signal).catch(unavailable(signal)),
  };
}

const unavailable =
  (signal: AbortSignal) =>
  (error: unknown): { readonly unavailable: string } => {
    signal.throwIfAborted();
    if (error instanceof RagServiceError || error instanceof ModelError) return { unavailable: error.message };
    throw error;
  };
