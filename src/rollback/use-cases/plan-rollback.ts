import type { Pair } from "#src/release/events";
import { pairText, samePair } from "#src/release/pair";
import type { Refusal } from "#src/release/refusals";
import type { ReleaseState, ServiceState } from "#src/release/state";
import type { BackupChoice } from "#src/rollback/choices";
import type { DataState, RollbackPlan, RollbackTarget } from "#src/rollback/events";
import { previousPair } from "#src/rollback/target";

/** What the chunks of a run are, held against what was recorded of it. `says`: the end of a sentence. */
export type ChunksFound = { readonly state: "intact" | "damaged" | "unknown"; readonly says: string };

/** What a plan needs to know of one service. */
export type RollbackSources = {
  pointer(): Promise<Pair | null>;
  configVersions(): Promise<readonly { readonly version: string; readonly body: unknown }[]>;
  /** One pass over the run's chunks. Aborted it throws. */
  chunks(run: string, signal: AbortSignal): Promise<ChunksFound>;
  /** Newest first. */
  backups(): Promise<readonly BackupChoice[]>;
  /** The newest proven backup that holds this run's chunks; null: none does. */
  backupHolding(run: string): Promise<string | null>;
  /** The sentence for an id that names no backup. */
  unknownBackup(id: string, known: readonly string[]): string;
};

export type Planned =
  | { readonly ok: true; readonly plan: RollbackPlan }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * How long the chunks are looked at before somebody is asked to confirm. Of more of them than that takes, people hear that they are
 * looked at after the flip: production comes first.
 */
export const LOOK_MS = 8_000;

/** What a rollback to this target would do. Asks and changes nothing. Throws `RagStoreError` when the store doesn't answer. */
export async function planRollback(
  sources: RollbackSources,
  service: ServiceState,
  release: ReleaseState | null,
  target: RollbackTarget,
  looking: AbortSignal = AbortSignal.timeout(LOOK_MS),
): Promise<Planned> {
  const to = await targetPair(sources, service, release, target);
  if (!to.ok) return to;
  const { pair } = to;
  const [from, versions] = await Promise.all([sources.pointer(), sources.configVersions()]);
  if (pair !== null && !versions.some(({ version }) => version === pair.config)) {
    return { ok: false, refusal: { kind: "config-gone", config: pair.config } };
  }
  const data = pair === null ? NO_RUN : await lookAt(sources, pair.run, looking);
  const backup = pair === null || data.state !== "damaged" ? null : await sources.backupHolding(pair.run);
  const stays = data.state === "unchecked" && pair !== null ? await sources.backupHolding(pair.run) : backup;
  const isMoving = release?.standing === "cutting_over";
  return {
    ok: true,
    plan: {
      from,
      to: pair,
      data: data.state,
      backup: stays,
      changes: [
        samePair(from, pair) && isMoving
          ? `The pointer stays at ${pairText(pair)}, or comes back to it: the cutover under way is called back.`
          : `The pointer: ${pairText(from)} → ${pairText(pair)}.`,
        ...configLines(from, pair, versions),
        ...(data.state === "damaged" && backup !== null
          ? [
              `The chunks of ${pair?.run} come back from ${backup} first: ${data.says}. Those of other runs stay as they are.`,
            ]
          : []),
        ...(release === null ? [] : [`Release #${release.number} to ${release.candidate.run} is cancelled.`]),
        "Go-lives are locked until somebody unlocks them with the root cause.",
      ],
      untouched: [
        ...(data.state === "intact" ? [`The chunks of ${pair?.run}: ${data.says}.`] : []),
        ...(data.state === "unchecked"
          ? [`The chunks, at first: ${data.says}; they are compared after the flip.`]
          : []),
        ...(from === null ? [] : [`The chunks and the configuration of ${from.run}: nothing of them is deleted.`]),
      ],
    },
  };
}

const NO_RUN: { readonly state: DataState; readonly says: string } = { state: "none", says: "" };

async function targetPair(
  sources: RollbackSources,
  service: ServiceState,
  release: ReleaseState | null,
  target: RollbackTarget,
): Promise<{ readonly ok: true; readonly pair: Pair | null } | { readonly ok: false; readonly refusal: Refusal }> {
  if (target.kind === "previous") {
    const pair = previousPair(service, release);
    if (pair === undefined) return { ok: false, refusal: { kind: "nothing-before", service: service.id } };
    return { ok: true, pair };
  }
  const known = await sources.backups();
  const backup = known.find(({ id }) => id === target.backup);
  if (backup !== undefined) return { ok: true, pair: backup.pair };
  const says = sources.unknownBackup(
    target.backup,
    known.map(({ id }) => id),
  );
  return { ok: false, refusal: { kind: "backup-unknown", says } };
}

async function lookAt(
  sources: RollbackSources,
  run: string,
  looking: AbortSignal,
): Promise<{ readonly state: DataState; readonly says: string }> {
  try {
    const found = await sources.chunks(run, looking);
    if (found.state !== "unknown") return { state: found.state, says: found.says };
    return { state: "unchecked", says: found.says };
  } catch (error) {
    if (!looking.aborted) throw error;
    return { state: "unchecked", says: `to read all of ${run} takes longer than anybody waits for` };
  }
}

/** Keys of the two configuration versions that differ, on the first two levels. */
function configLines(
  from: Pair | null,
  to: Pair | null,
  versions: readonly { readonly version: string; readonly body: unknown }[],
): readonly string[] {
  if (from === null || to === null || from.config === to.config) return [];
  const [before, after] = [from, to].map(({ config }) => versions.find(({ version }) => version === config)?.body);
  const keys = differingKeys(before, after);
  const named =
    keys.length === 0
      ? "nothing in them differs"
      : `${keys.slice(0, MOST_KEYS).join(", ")}${keys.length > MOST_KEYS ? " and more" : ""}`;
  return [`The configuration with it: ${from.config} → ${to.config} (${named}).`];
}

const MOST_KEYS = 6;

function differingKeys(a: unknown, b: unknown, path = "", depth = 2): string[] {
  if (isRecord(a) && isRecord(b) && depth > 0) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return keys.flatMap((key) => differingKeys(a[key], b[key], path === "" ? key : `${path}.${key}`, depth - 1));
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
