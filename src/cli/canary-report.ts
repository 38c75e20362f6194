import type { CanaryPolicy } from "#src/canary/kpi";
import type { KpiReport } from "#src/canary/kpi-report";
import type { CanaryReport, CanaryVerdict } from "#src/canary/verdict";
import { EXIT, type ExitCode } from "#src/cli/io";
import { wrap } from "#src/cli/wrap";

const EXIT_OF: Readonly<Record<CanaryVerdict, ExitCode>> = {
  pass: EXIT.pass,
  rollback: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  ask: EXIT.inconclusive,
};
export const exitOf = ({ verdict }: CanaryReport): ExitCode => EXIT_OF[verdict];

const iso = (at: number): string => new Date(at).toISOString();

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
    "KPI                       standing     canary  baseline   limit  evidence      n  would see",
    ...kpis.map(kpiLine),
    "",
    ...wrap(
      "",
      `Evidence: how far to a proof of a breach (${"█".repeat(5)} is proven; false alarms of the suite: ${percent(alpha)}).`,
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

function kpiLine(report: KpiReport): string {
  const { id, standing, value, baseline, n, detectable } = report;
  return [
    id.padEnd(25),
    standing.padEnd(9),
    figure(value).padStart(9),
    figure(baseline).padStart(9),
    limit(report).padStart(9),
    bar(report).padEnd(5).padStart(8),
    String(n).padStart(8),
    figure(detectable).padStart(9),
  ]
    .join(" ")
    .trimEnd();
}

const figure = (value: number | null): string =>
  value === null
    ? "–"
    : value === Number.POSITIVE_INFINITY
      ? "failed"
      : value >= 100
        ? value.toFixed(0)
        : value.toFixed(3);

/** The level that the value must not cross. */
function limit({ kpi, baseline, threshold }: KpiReport): string {
  if (typeof threshold !== "number") return threshold.join("–");
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return figure(baseline === null ? null : baseline - threshold);
    case "p95-ratio":
      return figure(baseline === null ? null : baseline * threshold);
    case "breadth":
      return `±${threshold * 100} %`;
    default:
      return String(threshold);
  }
}

function bar({ standing, logE, bar: needed }: KpiReport): string {
  if (logE === null || needed === null) return standing === "breach" ? "█████" : "–";
  return "█".repeat(Math.max(0, Math.min(5, Math.floor((5 * logE) / needed)))) || "·";
}

/** Evidence in words. E = 4,000 happens in one of 4,000 canaries at most where nothing is wrong. */
function chance(kpis: readonly KpiReport[], id: string): string {
  const found = kpis.find((each) => each.id === id);
  if (found === undefined || found.logE === null || found.bar === null) return "the first one is a breach";
  if (found.logE < found.bar) return "proven then; the evidence has become less since";
  const odds = Math.exp(Math.min(found.logE, Math.log(1e12)));
  return `now 1 in ${Math.floor(Number(odds.toPrecision(2))).toLocaleString("en-US")} if nothing were wrong`;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
