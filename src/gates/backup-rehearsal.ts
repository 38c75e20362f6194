import type { FullBackups } from "#src/backup/full-backups";
import type { Gate, GateFinding } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";

export type BackupRehearsalDeps = {
  readonly backups: Pick<FullBackups, "list" | "create" | "drill">;
  readonly withinDays: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

const DAY_MS = 86_400_000;

/**
 * The age of the last restore of a full backup that was tried out and compared. When it is too old the newest backup is
 * restored into a scratch schema now; where there is none, one is taken first.
 */
export function createBackupRehearsalGate({ backups, withinDays, now }: BackupRehearsalDeps): Gate {
  return {
    id: "backup-rehearsal",
    title: "Restore rehearsed",
    version: 1,
    timeoutMs: 320_000,
    withoutRelease: "A restore that was tried out for this look counts like any other.",
    thresholds: () => ({ proven_within_days: withinDays }),
    check: async ({ service }, signal) => {
      const proven = async () => {
        const entries = await backups.list(service.id);
        return entries
          .filter(({ state, provenAt }) => state === "proven" && provenAt !== null)
          .toSorted((a, b) => (b.provenAt ?? 0) - (a.provenAt ?? 0))[0];
      };
      const ageOf = (provenAt: number | null): number =>
        provenAt === null ? Number.POSITIVE_INFINITY : (now() - provenAt) / DAY_MS;
      const result = (
        finding: Pick<GateFinding, "verdict" | "summary" | "value" | "numbers" | "findings">,
      ): GateFinding => ({
        ...finding,
        bar: `a full backup restored and compared within ${withinDays} days`,
        how: "golive.full_backup; when none is young enough the newest backup is restored into a scratch schema",
        next:
          finding.verdict === "pass"
            ? ""
            : "`golive backup prove ID` says what does not come back. Mend it, then rerun this check.",
        inputs: digestOf({ service: service.id, withinDays }),
      });
      const last = await proven();
      if (last !== undefined && ageOf(last.provenAt) <= withinDays)
        return result(passed(last.id, ageOf(last.provenAt), false));
      let drill = await backups.drill(service.id, signal);
      if (drill === null) {
        const description = "for the rehearsal of a restore";
        await backups.create({ service: service.id, release: null, description, signal });
        drill = await backups.drill(service.id, signal);
      }
      if (drill === null) {
        const summary = "There is no whole backup that a restore could be tried out with.";
        return result({
          verdict: "fail",
          summary,
          value: "never",
          numbers: { backup: null },
          findings: ["backup:none"],
        });
      }
      const { id, proof } = drill;
      if (!proof.proven) {
        const said = proof.differences.map(({ text }) => text).join("; ");
        return result({
          verdict: "fail",
          summary: `The backup ${id} did not come back as it was: ${said}.`,
          value: `${proof.differences.length} differences`,
          numbers: { backup: id, tables: proof.tables, rows: proof.rows },
          findings: proof.differences.map(({ finding }) => finding),
        });
      }
      const after = await proven();
      if (after === undefined || ageOf(after.provenAt) > withinDays) {
        const summary = `The restore of ${id} was tried out, and nothing remembers it.`;
        return result({
          verdict: "fail",
          summary,
          value: "not kept",
          numbers: { backup: id },
          findings: ["proof:not-kept"],
        });
      }
      return result(passed(after.id, ageOf(after.provenAt), true));
    },
  };
}

function passed(id: string, days: number, fresh: boolean) {
  const when = fresh
    ? "just now"
    : days < 1
      ? `${Math.max(0, Math.floor(days * 24))} h ago`
      : `${Math.floor(days)} d ago`;
  return {
    verdict: "pass" as const,
    summary: `The backup ${id} was restored into a scratch schema and compared ${when}: no difference.`,
    value: `proven ${when}`,
    numbers: { backup: id, days: Math.round(days * 100) / 100 },
    findings: [],
  };
}
