import type { SloReport } from "#src/operations/slo/slo";
import type { SloState } from "#src/operations/slo/state";
import { remember } from "#src/operations/slo/work/remember";

export type RecentReportsDeps = {
  readonly read: (service: string) => Promise<SloReport>;
  readonly state: (service: string) => Promise<Pick<SloState, "version">>;
  /** Milliseconds that a report is good for, and the clock they are of. */
  readonly forMs: number;
  readonly now: () => number;
};

/**
 * A service's report, for those who ask more often than it changes: it adds up two windows, and is kept for a while. A new fact (an alert that
 * began, a budget that is spent) makes it anew at once.
 */
export function createRecentReports({ read, state, forMs, now }: RecentReportsDeps) {
  const kept = new Map<string, { readonly version: number; readonly report: ReturnType<typeof remember<SloReport>> }>();
  return async (service: string): Promise<SloReport> => {
    const { version } = await state(service);
    const known = kept.get(service);
    const present =
      known?.version === version ? known : { version, report: remember<SloReport>({ forMs, now, keep: () => true }) };
    kept.set(service, present);
    return present.report(service, () => read(service));
  };
}
