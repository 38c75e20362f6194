import type { Backup } from "#src/backup/backup-document";
import type { BackupRecords } from "#src/backup/backup-records";
import { createBackupGate } from "#src/gates/backup";
import type { SelfTest, World } from "#src/gates/self-test/self-test";

/** Keeps backups for the length of a proof: none of a scratch world may stand among the real ones. */
function keeping(load: (kept: Backup | undefined) => Backup | null): BackupRecords {
  const kept = new Map<string, Backup>();
  return {
    save: async (backup) => void kept.set(backup.id, backup),
    settle: async () => undefined,
    load: async (id) => load(kept.get(id)),
    list: async () => [],
  };
}

const gateWith =
  (load: (kept: Backup | undefined) => Backup | null) =>
  ({ subject }: World) =>
    createBackupGate({
      records: keeping(load),
      now: subject.machineNow,
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    });

const whole = (kept: Backup | undefined): Backup | null => kept ?? null;

export const backupSelfTest: SelfTest = {
  bad: [
    { what: "a backup that is not there when it is read back", gate: gateWith(() => null), finds: "body:not-kept" },
    {
      what: "a backup in which one letter changed where it is kept",
      gate: gateWith((kept) =>
        kept === undefined ? null : { ...kept, body: kept.body.replace("self-test", "self-tost") },
      ),
      finds: "body:damaged",
    },
    {
      what: "configurations that were dropped",
      sql: ["DROP TABLE configs"],
      gate: gateWith(whole),
      finds: /\."configs":missing$/,
    },
  ],
  good: { what: "a backup that comes back as it was", gate: gateWith(whole) },
};
