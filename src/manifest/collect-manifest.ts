import type { ServiceConfig } from "#src/config/service-config";
import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import { collectDatasets, type DatasetFact, type DatasetSource } from "#src/manifest/collect-datasets";
import { askedModels, collectModels, type ResolveModel } from "#src/manifest/collect-models";
import { type Adopted, collectRun } from "#src/manifest/collect-run";
import { compareReport } from "#src/manifest/collect-service";
import { readConfigurationFacts } from "#src/manifest/configuration-facts";
import { describeDsn } from "#src/manifest/describe-dsn";
import { manifestProblems } from "#src/manifest/manifest-schema";
import { digestHidden, redact } from "#src/manifest/redact";
import type { ServiceReport } from "#src/rag/service";
import type { RagStore } from "#src/rag/store";
import type { Pair } from "#src/release/events";

type Scalars = Readonly<Record<string, string | number | boolean | null>>;

/** A source that can't be asked now: the sentence that says why. */
export type Unavailable = { readonly unavailable: string };

/** Where the facts come from. Everything is passed in. */
export type ManifestSources = {
  readonly service: ServiceConfig;
  readonly candidate: Pair;
  readonly active: Pair | null;
  readonly store: RagStore;
  /** The store's connection string; only host and database enter the manifest. */
  readonly storeUrl: string;
  readonly adopted: Adopted;
  /** What the service says it would run for this pair. */
  readonly serviceReport: (pair: Pair, signal: AbortSignal) => Promise<ServiceReport | Unavailable>;
  readonly resolveModel: (
    model: string,
    signal: AbortSignal,
  ) => Promise<Awaited<ReturnType<ResolveModel>> | Unavailable>;
  readonly datasets: (signal: AbortSignal) => Promise<readonly DatasetFact[]>;
  /** Where the pool of this SHA-256 is, or the one that golive.yaml names. Left out where the service names no few-shot pool. */
  readonly fewShotPool?: (sha256: string | null, signal: AbortSignal) => Promise<DatasetSource>;
  /** The floors of quality_gates.yaml. */
  readonly qualityGates: Scalars;
  /** Gate id → version and thresholds, from `gateThresholds` in src/gates/registry.ts. */
  readonly gates: Readonly<Record<string, { readonly version: number; readonly thresholds: Scalars }>>;
  /** deterministic_evaluation.env as parsed. */
  readonly determinism: Scalars;
  /** `models.limits` and `models.profiled` of golive.yaml. */
  readonly modelLimits: Readonly<Record<string, unknown>>;
};

export type ManifestSettings = Pick<
  ManifestSources,
  "service" | "storeUrl" | "qualityGates" | "gates" | "determinism" | "modelLimits"
>;

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
    model_limits: plainJson(sources.modelLimits),
    not_applicable: Object.fromEntries(Object.entries(sources.service.applies).map(([id, { reason }]) => [id, reason])),
  };
}

/**
 * Collects the run manifest. Facts that nobody recorded are null in it, and so are those of a source that says it is
 * unavailable. Checklist and policy stay out: sign-offs are bound to them by hashes of their own, and in here an edit of one
 * role would void every signature of the release. Throws `RagStoreError` when the store fails, and what a source throws.
 */
export async function collectManifest(sources: ManifestSources, signal: AbortSignal): Promise<Manifest> {
  const { service, candidate, active, store } = sources;
  const run = await collectRun(store, candidate.run, sources.adopted, signal);
  const configuration = await collectConfiguration(store, candidate.config, signal);
  const facts = readConfigurationFacts(configuration.body, service.configuration_facts);
  const report = await sources.serviceReport(candidate, signal);
  const models = await modelsOf(sources, configuration.body, signal);
  const known = isUnavailable(report) ? null : report;
  const way = active === null ? null : await collectWayBack(store, active, candidate, run, signal);
  const body: Json = {
    schema: "golive-manifest/2",
    service: service.id,
    candidate: { ...candidate },
    active: way,
    ingest_run: run,
    configuration,
    service_report: known === null ? null : plainJson(compareReport(known, candidate, configuration.body, service)),
    source: { commit: known?.source?.commit ?? null, branch: known?.source?.branch ?? null },
    models: plainJson(models.facts),
    datasets: plainJson(await sources.datasets(signal)),
    ...(sources.fewShotPool === undefined
      ? {}
      : { few_shot_pool: await poolFact(await sources.fewShotPool(poolOf(facts), signal), signal) }),
    ...manifestSettings(sources),
  };
  const text = canonicalJson(body);
  const unavailable = [...(isUnavailable(report) ? [report.unavailable] : []), ...models.unavailable];
  const problems = [...unavailable, ...manifestProblems(body), ...(configuration.body === null ? [] : facts.problems)];
  return { service: service.id, hash: sha256(text), text, body, problems };
}

/** SHA-256 of the pool that the configuration version names. */
function poolOf({ facts }: ReturnType<typeof readConfigurationFacts>): string | null {
  const value = facts.find(({ name }) => name === "few_shot_pool_sha256")?.value;
  return typeof value === "string" ? value : null;
}

/** The pool's bytes, in whose place nulls stand when its file can't be read. */
async function poolFact(source: DatasetSource, signal: AbortSignal): Promise<Json> {
  const [fact] = await collectDatasets([source], signal);
  return { sha256: fact?.sha256 ?? null, bytes: fact?.bytes ?? null, cases: fact?.cases ?? null };
}

/**
 * What a rollback would return to, with its content: who signs relies on that as much as on the candidate, so an edit of it is
 * a difference too, found by the drift watch and right before the flip.
 */
async function collectWayBack(
  store: RagStore,
  active: Pair,
  candidate: Pair,
  candidateRun: Awaited<ReturnType<typeof collectRun>>,
  signal: AbortSignal,
) {
  const { chunks, digest } = active.run === candidate.run ? candidateRun : await store.digest(active.run, signal);
  const { sha256: shown, hidden } = await collectConfiguration(store, active.config, signal);
  return { ...active, chunks, digest, config_sha256: shown, config_hidden: hidden };
}

/**
 * The configuration version as the store holds it, secrets left out, and its CONFIG_HASH, which a service can compute over what
 * it shows; nulls where there is none. `hidden`: what was left out that may be a setting, as a digest.
 */
export async function collectConfiguration(store: RagStore, version: string, signal?: AbortSignal) {
  const found = (await store.configVersions(signal)).find((each) => each.version === version);
  if (found === undefined) return { version, sha256: null, body: null, hidden: null };
  const whole = plainJson(found.body);
  const body = redact(whole);
  return { version, sha256: sha256(canonicalJson(body)), body, hidden: await digestHidden(whole) };
}

async function modelsOf(sources: ManifestSources, body: Json, signal: AbortSignal) {
  const asked = askedModels(body, sources.service.configuration_facts, sources.service.models.judge_model);
  const unavailable: string[] = [];
  const resolve: ResolveModel = async (model, stop) => {
    const found = await sources.resolveModel(model, stop);
    if (!isUnavailable(found)) return found;
    unavailable.push(found.unavailable);
    return null;
  };
  return { facts: await collectModels(asked, resolve, signal), unavailable };
}

function isUnavailable(source: object | null): source is Unavailable {
  return source !== null && "unavailable" in source;
}

/** A parsed configuration as JSON: keys that are set to `undefined` are not there. */
export function plainJson(value: unknown): Json {
  const text = JSON.stringify(value);
  if (text === undefined) return null;
  const parsed: Json = JSON.parse(text);
  return parsed;
}
