import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Pool } from "pg";
import { postgresCopySource } from "#src/backup/copy/postgres-session";
import { createSealer, readKey } from "#src/backup/copy/seal";
import { createFullBackupRecords } from "#src/backup/full-backup-records";
import { createFullBackups, type FullBackups } from "#src/backup/full-backups";
import { directoryStorage } from "#src/backup/storage/directory";
import type { BackupStorage } from "#src/backup/storage/storage";
import type { Governed } from "#src/compose-manifests";
import type { Variables } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import type { Log } from "#src/log";

/** Full backups over what golive.yaml names. The S3 client is loaded only where one is named. */
export async function composeBackups(deps: {
  readonly config: Config;
  readonly pool: Pool;
  readonly variables: Variables;
  readonly governed: (service: string) => Governed;
  readonly log: Log;
}): Promise<FullBackups> {
  const { config, pool, variables, governed, log } = deps;
  const { encryption, keep } = config.golive.backups;
  return createFullBackups({
    records: createFullBackupRecords(pool),
    storage: await openStorage(config, variables),
    sealer: async () => (encryption === undefined ? null : createSealer(await readKey(encryption, variables))),
    service: (id) => {
      const { service, store, connectionString } = governed(id);
      const { restore_url_env } = service.rag_store;
      const owner = (restore_url_env === undefined ? "" : variables[restore_url_env]) || connectionString;
      return {
        names: store.names,
        source: postgresCopySource(connectionString),
        owner: postgresCopySource(owner),
      };
    },
    keep,
    now: Date.now,
    random: randomBytes,
    onFault: (err) => log.warn({ err }, "old backups could not be taken away"),
  });
}

async function openStorage({ dir, golive }: Config, variables: Variables): Promise<BackupStorage> {
  const { storage } = golive.backups;
  if (storage.kind === "directory") return directoryStorage(resolve(dir, storage.path));
  const { s3Storage } = await import("#src/backup/storage/s3");
  return s3Storage({
    bucket: storage.bucket,
    prefix: storage.prefix ?? "",
    region: variables[storage.region_env] ?? "",
    endpoint: (storage.endpoint_env === undefined ? "" : variables[storage.endpoint_env]) || null,
    pathStyle: storage.path_style,
    encryption: storage.server_side_encryption ?? null,
  });
}
