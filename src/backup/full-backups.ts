import { BackupError } from "#src/backup/backup-error";
import { backupId, isBackupId, timeOfId, unknownBackup } from "#src/backup/backup-id";
import type { Sealer } from "#src/backup/copy/seal";
import type { CopySource } from "#src/backup/copy/session";
import { createBackup } from "#src/backup/create-backup";
import type { FullBackupEntry, FullBackupRecords } from "#src/backup/full-backup-records";
import { folderOf, MANIFEST, readManifest, type TableRole } from "#src/backup/manifest";
import { proveRestore, type RestoreProof } from "#src/backup/prove-restore";
import { previewRestore, type Restored, restoreBackup } from "#src/backup/restore-backup";
import { type Accept, type RestoredRun, restoreRun } from "#src/backup/restore-run";
import { expired, type Keep } from "#src/backup/retention";
import type { BackupStorage } from "#src/backup/storage/storage";
import { type Verification, verifyBackup } from "#src/backup/verify-backup";
import type { StoreNames } from "#src/rag/store";

/** The tables of a service and the ways to them. `owner`: as somebody who may replace them. */
export type BackedUp = { readonly names: StoreNames; readonly source: CopySource; readonly owner: CopySource };

export type FullBackupsDeps = {
  readonly records: FullBackupRecords;
  readonly storage: BackupStorage;
  /** Throws `BackupError` `key:…` when the configured key isn't there. Null: backups aren't encrypted. */
  readonly sealer: () => Promise<Sealer | null>;
  readonly service: (id: string) => BackedUp;
  readonly keep: Keep;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** What went wrong beside the point: old backups that could not be taken away. */
  readonly onFault: (error: unknown) => void;
};

export type Wish = {
  readonly service: string;
  readonly release: string | null;
  readonly description: string;
  readonly signal?: AbortSignal;
};
export type Named = { readonly service: string; readonly id: string; readonly signal?: AbortSignal };

/** Full backups of the services: the command line, the gates, drills and rollbacks all use these. */
export interface FullBackups {
  readonly where: string;
  /** Takes one and verifies it. Throws when there is none in the end; the list then says why. */
  create(wish: Wish): Promise<{ readonly id: string; readonly verification: Verification }>;
  /** Newest first; also those that only the storage knows of. */
  list(service: string): Promise<readonly FullBackupEntry[]>;
  /** Those that Golive's own database knows of, newest first: also while the storage is away. */
  known(service: string): Promise<readonly FullBackupEntry[]>;
  /**
   * The newest proven backup that was taken while this run was live, so that its proof found rows of it; null where there is
   * none. Backups that hold the run beside the live one are not found. Asks no storage.
   */
  holding(service: string, run: string): Promise<FullBackupEntry | null>;
  /** The backup of that id. Throws `BackupError` `unknown` with the nearest ones. */
  find(service: string, typed: string): Promise<FullBackupEntry>;
  verify(named: Named): Promise<Verification>;
  prove(named: Named): Promise<RestoreProof>;
  /** Proves the newest whole backup that Golive remembers; null where there is none. */
  drill(service: string, signal?: AbortSignal): Promise<{ readonly id: string; readonly proof: RestoreProof } | null>;
  /** What a restore would do. `only`: tables of these roles. */
  preview(named: Named & { readonly only?: readonly TableRole[] }): Promise<Restored>;
  /** `keepLive`: it is undone when what is live would be gone after it. */
  restore(named: Named & { readonly only?: readonly TableRole[]; readonly keepLive?: boolean }): Promise<Restored>;
  /** Brings back only the rows of one ingestion run; `accept` looks at it before anybody else sees it. */
  restoreRun(named: Named & { readonly run: string; readonly accept: Accept }): Promise<RestoredRun>;
  /** Takes away what is older than it is kept, and what died half-way. Returns the ids. */
  prune(service: string): Promise<readonly string[]>;
}

/** After this long a backup without a manifest has nobody any more who writes it. */
const ABANDONED_MS = 24 * 3_600_000;

export function createFullBackups(deps: FullBackupsDeps): FullBackups {
  const { records, storage, now } = deps;

  async function options({ service, id, signal }: Named) {
    const entry = await find(service, id);
    if (entry.state === "failed" || entry.state === "creating") {
      const why = entry.state === "failed" ? `failed: ${entry.trouble ?? "no reason was kept"}` : "was never finished";
      throw new BackupError("unusable", `The backup ${id} ${why}.`);
    }
    const { names, source, owner } = deps.service(service);
    const sealer = await deps.sealer();
    const expected = entry.manifestSha256;
    return { id: entry.id, service, storage, sealer, expected, names, source, owner, ...(signal && { signal }) };
  }

  async function list(service: string): Promise<readonly FullBackupEntry[]> {
    const known = await records.list(service);
    const ids = new Set(known.map(({ id }) => id));
    const strangers: FullBackupEntry[] = [];
    for (const { key } of await storage.list(`${service}/`)) {
      const [, id = "", file] = key.split("/");
      if (file === MANIFEST && isBackupId(id) && !ids.has(id)) strangers.push(await stranger(service, id));
    }
    return [...known, ...strangers].toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /** A backup that only the storage knows of: another database of Golive made it. */
  async function stranger(service: string, id: string): Promise<FullBackupEntry> {
    const base = {
      id,
      service,
      location: storage.where,
      manifestSha256: null,
      bytes: null,
      createdAt: timeOfId(id),
      verifiedAt: null,
      provenAt: null,
      restoredAt: null,
    };
    try {
      const manifest = await readManifest(storage, service, id, null);
      const { description, release, pointer, tables } = manifest;
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      const live = { run: pointer?.run ?? null, config: pointer?.config ?? null };
      return { ...base, ...live, description, release, tables: tables.length, rows, trouble: null, state: "complete" };
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      const nothing = { run: null, config: null, description: "", release: null, tables: null, rows: null };
      return { ...base, ...nothing, trouble: error.message, state: "damaged" };
    }
  }

  async function find(service: string, typed: string): Promise<FullBackupEntry> {
    const entries = await list(service);
    const found = entries.find(({ id }) => id === typed);
    if (found !== undefined) return found;
    const ids = entries.filter(({ state }) => state !== "failed").map(({ id }) => id);
    throw new BackupError("unknown", unknownBackup(typed, ids));
  }

  async function verify(named: Named): Promise<Verification> {
    const verification = await verifyBackup(await options(named));
    const trouble = verification.damages.map(({ text }) => text).join("; ") || null;
    await records.looked(named.id, { what: "verified", at: now(), trouble });
    return verification;
  }

  async function prove(named: Named): Promise<RestoreProof> {
    const proof = await proveRestore(await options(named));
    const trouble = proof.differences.map(({ text }) => text).join("; ") || null;
    await records.looked(named.id, { what: "proven", at: now(), trouble });
    return proof;
  }

  async function create({ service, release, description, signal }: Wish) {
    const { names, source } = deps.service(service);
    const sealer = await deps.sealer();
    const createdAt = now();
    const id = backupId(createdAt, deps.random);
    await records.begin({ id, service, release, description, location: storage.where, createdAt });
    try {
      const order = { id, service, names, release, description, createdAt };
      const made = await createBackup({ order, source, storage, sealer, ...(signal && { signal }) });
      const { tables, pointer } = made.manifest;
      await records.complete(id, {
        run: pointer?.run ?? null,
        config: pointer?.config ?? null,
        manifestSha256: made.sha256,
        tables: tables.length,
        rows: tables.reduce((sum, table) => sum + table.rows, 0),
        bytes: made.bytes,
      });
    } catch (error) {
      // What happened first is what counts, also when it can't be written down.
      await records.fail(id, error instanceof Error ? error.message : String(error)).catch(deps.onFault);
      throw error;
    }
    const verification = await verify({ service, id, ...(signal && { signal }) });
    await prune(service).catch(deps.onFault);
    return { id, verification };
  }

  async function prune(service: string): Promise<readonly string[]> {
    const gone = expired(await records.list(service), deps.keep, now());
    for (const { id } of gone) {
      await removeAll(folderOf(service, id));
      await records.deleted(id);
    }
    const unfinished = await abandoned(service);
    for (const id of unfinished) await removeAll(folderOf(service, id));
    await storage.sweep(`${service}/`, now() - ABANDONED_MS);
    return [...gone.map(({ id }) => id), ...unfinished];
  }

  /** The manifest goes first: what is half deleted is no backup. */
  async function removeAll(folder: string): Promise<void> {
    await storage.remove([`${folder}/${MANIFEST}`]);
    const rest = await storage.list(`${folder}/`);
    await storage.remove(rest.map(({ key }) => key));
  }

  async function abandoned(service: string): Promise<readonly string[]> {
    const files = new Map<string, Set<string>>();
    for (const { key } of await storage.list(`${service}/`)) {
      const [, id = "", file = ""] = key.split("/");
      if (isBackupId(id)) files.set(id, (files.get(id) ?? new Set()).add(file));
    }
    return [...files]
      .filter(([id, names]) => !names.has(MANIFEST) && now() - timeOfId(id) > ABANDONED_MS)
      .map(([id]) => id);
  }

  return {
    where: storage.where,
    create,
    list,
    known: records.list,
    holding: async (service, run) =>
      (await records.list(service)).find((entry) => entry.state === "proven" && entry.run === run) ?? null,
    find,
    verify,
    prove,
    prune,
    drill: async (service, signal) => {
      const newest = (await records.list(service)).find(({ state }) => state === "complete" || state === "proven");
      if (newest === undefined) return null;
      return { id: newest.id, proof: await prove({ service, id: newest.id, ...(signal && { signal }) }) };
    },
    preview: async ({ only, ...named }) => {
      const found = await options(named);
      return previewRestore({ ...found, source: found.source, only: only === undefined ? null : new Set(only) });
    },
    restore: async ({ only, keepLive, ...named }) => {
      const found = await options(named);
      const done = await restoreBackup({
        ...found,
        source: found.owner,
        only: only === undefined ? null : new Set(only),
        ...(keepLive === true && { keepLive: found.names }),
      });
      await records.looked(named.id, { what: "restored", at: now(), trouble: null });
      return done;
    },
    restoreRun: async ({ run, accept, ...named }) => {
      const found = await options(named);
      const done = await restoreRun({ ...found, source: found.owner, run, accept });
      await records.looked(named.id, { what: "restored", at: now(), trouble: null });
      return done;
    },
  };
}
