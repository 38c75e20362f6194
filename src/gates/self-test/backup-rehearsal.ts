import type { FullBackupEntry } from "#src/backup/full-backup-records";
import type { RestoreProof } from "#src/backup/prove-restore";
import { createBackupRehearsalGate } from "#src/gates/backup-rehearsal";
import type { SelfTest } from "#src/gates/self-test/self-test";

const NOW = Date.UTC(2026, 0, 31);
const DAY_MS = 86_400_000;

const entry = (daysAgo: number | null): FullBackupEntry => ({
  id: "bk_20260101T000000_selfte",
  service: "self-test",
  release: null,
  description: "a fixture",
  location: "memory",
  run: null,
  config: null,
  manifestSha256: "0".repeat(64),
  tables: 5,
  rows: 40,
  bytes: 1_000,
  createdAt: NOW - 20 * DAY_MS,
  verifiedAt: null,
  provenAt: daysAgo === null ? null : NOW - daysAgo * DAY_MS,
  restoredAt: null,
  trouble: null,
  state: daysAgo === null ? "complete" : "proven",
});

const proof = (differences: RestoreProof["differences"]): RestoreProof => ({
  proven: differences.length === 0,
  manifest: null,
  tables: 5,
  rows: 40,
  differences,
});

const gateOver = (entries: readonly FullBackupEntry[], drilled: RestoreProof | null) => () =>
  createBackupRehearsalGate({
    backups: {
      list: async () => entries,
      drill: async () => (drilled === null ? null : { id: "bk_20260101T000000_selfte", proof: drilled }),
      create: () => Promise.reject(new Error("a fixture takes no backup")),
    },
    withinDays: 7,
    now: () => NOW,
  });

const changed = { finding: "chunks:content", text: "the content of chunks came back changed" };

export const backupRehearsalSelfTest: SelfTest = {
  bad: [
    {
      what: "a restore that brings other rows back",
      gate: gateOver([entry(null)], proof([changed])),
      finds: "chunks:content",
    },
    {
      what: "a proof that is eight days old, with a backup that no longer comes back",
      gate: gateOver([entry(8)], proof([changed])),
      finds: "chunks:content",
    },
    {
      what: "a proof that nothing remembers",
      gate: gateOver([entry(8)], proof([])),
      finds: "proof:not-kept",
    },
  ],
  good: { what: "a restore that was proven six days ago", gate: gateOver([entry(6)], null) },
};
