import type { Finding } from "#src/operations/slo/inputs";
import { auditFinding } from "#src/operations/slo/work/findings";
import type { TrailHead, TrailReport } from "#src/operations/smoke/work/meta-ops";

export type AuditTrailDeps = {
  /** The same look as the smoke's: what that calls broken is complete nowhere else. */
  readonly verify: (anchor: TrailHead | null) => Promise<TrailReport>;
  /** The head that the service's last green smoke run found; null: there is none. */
  readonly anchor: (service: string) => Promise<TrailHead | null>;
};

/**
 * The audit trail, from the last green smoke run on where it is long. Without one from this process's own last sound look on: a long trail
 * is read whole once, and not every hour.
 */
export function createAuditTrail({ verify, anchor }: AuditTrailDeps): (service: string) => Promise<Finding> {
  let own: TrailHead | null = null;
  return async (service) => {
    const report = await verify((await anchor(service)) ?? own);
    if (report.ok) own = report.head ?? own;
    return auditFinding(report);
  };
}
