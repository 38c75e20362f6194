import type { ServiceConfig } from "#src/config/service-config";
import type { Priority } from "#src/models/model-call";
import type { RagStore } from "#src/rag/store";
import type { CheckId } from "#src/release/checklist";
import type { Pair, Verdict } from "#src/release/events";

/** What Golive's own database says of itself. `writable`: its sessions may write; not so on a replica, or when set to read only. */
export type BotDatabaseAnswer = {
  readonly nowMs: number;
  readonly missingMigrations: readonly string[];
  readonly writable: boolean;
};

/** What a gate looks at. `adopted` is what `golive run adopt` recorded; `env` holds the service's variables. */
export type GateSubject = {
  readonly service: ServiceConfig;
  /** The release that the check runs for; not there when it runs for none. */
  readonly release?: string;
  readonly candidate: Pair;
  readonly active: Pair | null;
  /** Hash of the manifest that the release froze; null when there is none yet. */
  readonly frozenManifest: string | null;
  readonly store: RagStore;
  readonly adopted: Readonly<Record<string, { readonly chunks: number; readonly digest: string }>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Golive's own database: answers `SELECT now()` style questions and which migrations are missing. */
  readonly botDatabase: {
    ping(signal: AbortSignal): Promise<BotDatabaseAnswer>;
  };
  readonly machineNow: () => number;
  /** Who goes first when its model calls wait with others'. Left out: as for a go-live. */
  readonly priority?: Priority;
};

/** What a gate may look at whatever the pair and the release. */
export type GateSurroundings = Omit<GateSubject, "release" | "candidate" | "active" | "frozenManifest">;

/** What a gate found. The runner adds the evidence hash, and turns throws and timeouts into `error`. */
export type GateFinding = {
  readonly verdict: Exclude<Verdict, "error">;
  readonly summary: string;
  readonly value: string;
  readonly bar: string;
  readonly numbers: Readonly<Record<string, string | number | boolean | null>>;
  readonly how: string;
  readonly next: string;
  /** Digest of the inputs the verdict rests on (run digest, configuration), never of measured values or times. */
  readonly inputs: string;
  /**
   * What stands against a pass, as stable kinds: which thing and which defect (`AWS_REGION:missing`), all of them and not
   * only the first. They enter the evidence hash, so that a waiver of one defect never opens for another. Never a measured
   * value or a time in them; empty for a pass.
   */
  readonly findings: readonly string[];
  /** When what it rests on was measured, by the domain clock, if that was before the check ran. */
  readonly measuredAt?: number;
};

/** A check of the checklist. `thresholds` enter the evidence hash. */
export type Gate = {
  readonly id: CheckId;
  readonly title: string;
  readonly version: number;
  readonly timeoutMs: number;
  /** It reads what an evaluation found: a go-live makes that first, and asks for the check when it has ended. */
  readonly restsOn?: "evaluation";
  /** It looks at no candidate: it runs also where nobody knows which run is meant. */
  readonly withoutCandidate?: true;
  /** What is different when it runs for no release (`golive health`); left out where nothing is. One sentence. */
  readonly withoutRelease?: string;
  thresholds(service: ServiceConfig): Readonly<Record<string, string | number | boolean | null>>;
  check(subject: GateSubject, signal: AbortSignal): Promise<GateFinding>;
  /**
   * Only for a gate that a service may declare not to apply: what in the data says that it does all the same (the end of a
   * sentence), or null.
   */
  contradicts?(subject: GateSubject, signal: AbortSignal): Promise<string | null>;
};
