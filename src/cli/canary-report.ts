import type { CanaryPolicy } from "#src/canary/kpi";
import type { KpiReport } from "#src/canary/kpi-report";
import type { CanaryReport, CanaryVerdict } from "#src/canary/verdict";
import type { CanaryView } from "#src/canary/watch/view";
import { evidenceBar, oddsWords } from "#src/canary/words/evidence";
import { percent } from "#src/canary/words/values";
import { kpiTable } from "#src/cli/canary-table";
import { EXIT, type ExitCode } from "#src/cli/io";
import { iso } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";

const EXIT_OF: Readonly<Record<CanaryVerdict, ExitCode>> = {
  pass: EXIT.pass,
  rollback: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  ask: EXIT.inconclusive,
};
export const exitOf = ({ verdict }: CanaryReport): ExitCode => EXIT_OF[verdict];

/** 0: watching without a breach, or it ended well · 1: a breach, or rolled back · 3: people decide, or nobody watches. */
export function exitOfCanary({ canary }: CanaryView): ExitCode {
  switch (canary.ended?.as) {
    case "passed":
    case "promoted":
      return EXIT.pass;
    case "rolled-back":
      return EXIT.failed;
    case "superseded":
      return EXIT.inconclusive;
    case undefined:
      if (canary.breaches.length > 0) return EXIT.failed;
      return canary.standing === "watching" && (canary.blind ?? null) === null ? EXIT.pass : EXIT.inconclusive;
  }
}

/** The document of `--json`. JSON knows no infinity: a p95 that is among the failed requests is null there. */
export function canaryJson({ verdict, kpis, alarms }: CanaryReport): object {
  const finite = (value: number | null) => (value === null || !Number.isFinite(value) ? null : value);
  return {
    verdict,
    kpis: kpis.map(({ id, standing, value, baseline, threshold, logE, firstAlarmAt, n }) => ({
      id,
      standing,
      value: finite(value),
      baseline: finite(baseline),
      threshold,
      log_e: finite(logE),
      first_alarm_at: firstAlarmAt === null ? null : iso(firstAlarmAt),
      n,
    })),
    alarms: alarms.map(({ kpi, at }) => ({ kpi, at: iso(at) })),
  };
}

const SAID: Readonly<Record<CanaryVerdict, string>> = {
  pass: "PASS: everything that was asked is there",
  rollback: "ROLLBACK: a breach is proven",
  inconclusive: "INCONCLUSIVE: people decide (extend, promote with a waiver, roll back)",
  ask: "ASK: a breach is proven, and a person decides what follows",
};

/** For a terminal of 100 columns. Ends with a line break. */
export function canaryText(report: CanaryReport, { alpha }: CanaryPolicy, head: readonly string[]): string {
  const { verdict, kpis, alarms, proven, unrefuted, reasons } = report;
  const lines = [
    ...head.flatMap((line) => wrap("", line)),
    SAID[verdict],
    "",
    ...kpiTable(kpis.map((report) => ({ kpi: report.kpi, figures: report, detectable: report.detectable }))),
    "",
    ...wrap(
      "",
      `Evidence: how far to a proof of a breach (${evidenceBar(1, 1)} is proven; false alarms of the suite: ${percent(alpha)}).`,
    ),
    ...alarms.flatMap(({ kpi, at }) => wrap("", `Alarm ${iso(at)}  ${kpi}: ${chance(kpis, kpi)}`, 2)),
    ...listed("Proven good enough", proven),
    ...listed("Only not shown to be bad", unrefuted),
    ...reasons.flatMap((reason) => wrap("- ", reason)),
  ];
  return `${lines.join("\n")}\n`;
}

const listed = (title: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : wrap("", `${title}: ${ids.join(", ")}.`, 2);

/** Evidence in words. E = 4,000 happens in one of 4,000 canaries at most where nothing is wrong. */
function chance(kpis: readonly KpiReport[], id: string): string {
  const found = kpis.find((each) => each.id === id);
  if (found === undefined || found.logE === null || found.bar === null) return "the first one is a breach";
  if (found.logE < found.bar) return "proven then; the evidence has become less since";
  return `now ${oddsWords(found.logE)}`;
}
