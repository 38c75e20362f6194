import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { z } from "zod";
import { createBackupRecords } from "#src/backup/backup-records";
import type { Variables } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import type { Gate, GateSubject } from "#src/gates/gate";
import { createGates, gateThresholds } from "#src/gates/registry";
import { type OnFault, runGate } from "#src/gates/run-gate";
import { createProofRecords, type ProofRecords } from "#src/gates/self-test/proof-records";
import { createProveGates, type ProveGates } from "#src/gates/self-test/prove-gates";
import type { CollectManifest } from "#src/jobs/handlers/freeze-manifest";
import type { RunCheck } from "#src/jobs/handlers/run-check";
import { missingMigrations } from "#src/journal/migrate";
import type { Log } from "#src/log";
import {
  collectManifest,
  type Manifest,
  type ManifestSettings,
  manifestSettings,
} from "#src/manifest/collect-manifest";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { loadManifest, saveManifest } from "#src/manifest/manifest-records";
import type { RagStore } from "#src/rag/store";
import type { CheckId } from "#src/release/checklist";
import type { CheckResult } from "#src/release/events";
import { evidenceHash } from "#src/release/hash";
import type { ReleaseState, ServiceState } from "#src/release/state";
import type { Resources } from "#src/resources/read-resources";

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly variables: Variables;
  readonly storeOf: (service: string) => {
    readonly service: ServiceConfig;
    readonly store: RagStore;
    readonly connectionString: string;
  };
  readonly serviceState: (service: string) => Promise<ServiceState>;
  readonly resources: Pick<Resources, "samples" | "depths">;
  readonly log: Log;
};

/** What a gate may look at whatever the pair and the release. */
export type GateSurroundings = Omit<GateSubject, "release" | "candidate" | "active" | "frozenManifest">;

/** What running gates outside a release needs. */
export type HealthChecks = {
  readonly gates: ReadonlyMap<CheckId, Gate>;
  readonly surroundingsOf: (service: string) => Promise<GateSurroundings>;
  readonly onFault: OnFault;
  readonly prove: ProveGates;
  readonly proofs: Pick<ProofRecords, "newest">;
};

type ManifestSubject = Pick<GateSubject, "service" | "store" | "candidate" | "active" | "adopted">;

/** The gates with what they rest on, and the ways in which the release room and `golive health` use them. */
export function composeChecks(deps: Deps): HealthChecks & {
  readonly collect: CollectManifest;
  readonly run: RunCheck;
} {
  const { config, pool, storeOf, serviceState, log } = deps;

  /** From the subject's own store: a gate that is held against a scratch world has to look at that. */
  function collectFor(subject: ManifestSubject, signal: AbortSignal): Promise<Manifest> {
    const { service, store, candidate, active, adopted } = subject;
    return collectManifest({ ...settingsOf(service), store, candidate, active, adopted }, signal);
  }

  /** What this process's configuration brings into a manifest. */
  function settingsOf(service: ServiceConfig): ManifestSettings {
    const { connectionString } = storeOf(service.id);
    const { qualityGates, determinism } = config;
    return { service, storeUrl: connectionString, qualityGates, determinism, gates: gateThresholds(gates, service) };
  }

  /** What this process is configured otherwise than the frozen manifest says; empty where nothing differs. */
  async function otherSettings(release: ReleaseState): Promise<readonly string[]> {
    const frozen = release.manifest === null ? null : await loadManifest(pool, release.manifest.hash);
    if (frozen === null) return [];
    const ours = manifestSettings(settingsOf(storeOf(release.service).service));
    const theirs = z.record(z.string(), z.json()).parse(frozen.body);
    const named = Object.fromEntries(Object.keys(ours).map((key) => [key, theirs[key] ?? null]));
    return diffManifests(named, ours).map(describeChange);
  }

  async function surroundingsOf(id: string): Promise<GateSurroundings> {
    const { service, store } = storeOf(id);
    return {
      service,
      store,
      adopted: (await serviceState(id)).adopted,
      env: deps.variables,
      botDatabase: { ping: () => pingBotDatabase(pool) },
      machineNow: Date.now,
    };
  }

  const onFault: OnFault = (gate, err) => log.error({ err, gate }, "a gate stopped");

  const proofs = createProofRecords(pool);
  const prove = createProveGates(proofs);
  const gates = createGates({
    manifest: { collect: collectFor },
    backup: { records: createBackupRecords(pool), now: Date.now, random: randomBytes },
    resources: { limits: config.golive.resources, ...deps.resources },
    selfTest: { prove: (subject, signal) => prove([...gates.values()], subject, signal) },
  });

  return {
    gates,
    async collect(release, signal) {
      // The pointer as it is now: what was reviewed is in the release, and a difference must show.
      const around = await surroundingsOf(release.service);
      const live = await around.store.pointer(signal);
      const manifest = await collectFor({ ...around, candidate: release.candidate, active: live }, signal);
      await saveManifest(pool, manifest);
      const before = release.manifest === null ? null : await loadManifest(pool, release.manifest.hash);
      const changes = before === null ? [] : diffManifests(before.body, manifest.body).map(describeChange);
      return { hash: manifest.hash, changes };
    },
    async run(release, check, signal) {
      const gate = gates.get(check);
      if (gate === undefined) throw new Error(`check ${check} is in a release's checklist, but not built`);
      const different = await otherSettings(release);
      if (different.length > 0) return otherConfiguration(gate, different);
      const { candidate, active } = release;
      const frozenManifest = release.manifest?.hash ?? null;
      const around = await surroundingsOf(release.service);
      const subject: GateSubject = { ...around, release: release.id, candidate, active, frozenManifest };
      return runGate(gate, subject, signal, onFault);
    },
    surroundingsOf,
    onFault,
    prove,
    proofs,
  };
}

/** A process with another configuration would hold the data against other bars than those that are signed. */
function otherConfiguration(gate: Gate, different: readonly string[]): CheckResult {
  const { id: check, version } = gate;
  return {
    verdict: "error",
    summary: `"${gate.title}" was not run: the process that took it is configured otherwise than the frozen manifest says (${different.slice(0, 3).join("; ")}).`,
    value: "could not run",
    bar: "",
    numbers: { differences: different.length },
    how: "this process's configuration against the frozen manifest",
    next: "Give every copy of Golive the same configuration. If the new one is meant, cancel this release and start again.",
    evidenceHash: evidenceHash({ check, version, verdict: "error", thresholds: {}, inputs: "other configuration" }),
  };
}

async function pingBotDatabase(pool: Pool) {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    return { nowMs: rows[0]?.now.getTime() ?? Number.NaN, missingMigrations: await missingMigrations(client) };
  } finally {
    client.release();
  }
}
