import { findRun } from "#src/cli/eval-baseline";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";
import { writeWhole } from "#src/cli/write-whole";
import { type Baseline, createBaselines } from "#src/evaluation/baseline/baselines";
import { secondsOrUnanswered } from "#src/evaluation/oracle/latency";
import { renderReport } from "#src/evaluation/report/render-report";
import type { Report } from "#src/evaluation/report/report";
import type { RunRecord } from "#src/evaluation/run/run-record";

export type ReportFlags = {
  readonly service?: string;
  /** A run, or the word `baseline` for the one that holds in the run's epoch. */
  readonly baseline?: string;
  readonly out: string;
  readonly json?: boolean;
};

/** Writes the report of an evaluation as one HTML page. Exit 0: written, whatever it says; `--json` has the verdicts. */
export async function reportEvaluation(io: Io, id: string, flags: ReportFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async (session) => {
    const run = await findRun(session, id);
    const against = flags.baseline === undefined ? null : await otherOf(session, run, flags.baseline);
    const { report, unread } = await session.core.evaluations.report(run, against);
    if (unread !== null) io.err(`The retrieval can't be judged: ${unread}\n`);
    const page = renderReport(report);
    await writeWhole(flags.out, "the evaluation is untouched", async (write) => write(page));
    if (flags.json === true) printJson(io, jsonOf(report, flags.out));
    else void io.out(`${flags.out}: the report of ${id}. ${verdictsText(report)}\n`);
    return EXIT.pass;
  });
}

async function otherOf(
  session: Session,
  run: RunRecord,
  named: string,
): Promise<{ readonly record: RunRecord; readonly baseline: Baseline | null }> {
  if (named !== "baseline") {
    if (named === run.id)
      throw new CliError(`${named} can't be compared with itself. Name another run after --baseline.`);
    return { record: await findRun(session, named), baseline: null };
  }
  const baselines = createBaselines(session.core.pool);
  // One of another epoch is named all the same: the report says that it has to be graded anew.
  const baseline =
    (await baselines.current(session.service.id, run.plan.epoch.id)) ??
    (await baselines.current(session.service.id, null));
  if (baseline === null) {
    throw new CliError("No baseline was set yet, so nothing was written. Set one: golive eval baseline set RUN.");
  }
  return { record: await findRun(session, baseline.run), baseline };
}

function verdictsText({ floors, against }: Report): string {
  const compared =
    against === null
      ? ""
      : ` Against ${against.run.record.id}: ${against.comparison.comparable ? against.comparison.verdict : "not comparable"}.`;
  return `Quality floors: ${floors.verdict}.${compared}`;
}

function jsonOf({ run, floors, against }: Report, out: string): object {
  return {
    ok: true,
    run: run.record.id,
    out,
    floors: {
      verdict: floors.verdict,
      findings: floors.findings.map(({ floor, verdict, value, limit, n, why }) => ({
        floor,
        verdict,
        value: secondsOrUnanswered(value),
        limit,
        n,
        why,
      })),
    },
    comparison: against === null ? null : { baseline: against.run.record.id, ...comparisonJson(against.comparison) },
  };
}

function comparisonJson(comparison: NonNullable<Report["against"]>["comparison"]): object {
  if (!comparison.comparable) return { comparable: false, why: comparison.why };
  const { verdict, caveats, differences, latency, unpaired, drops } = comparison;
  return {
    comparable: true,
    verdict,
    caveats,
    differences,
    latency: {
      standing: latency.standing,
      baseline: secondsOrUnanswered(latency.baseline),
      candidate: secondsOrUnanswered(latency.candidate),
      ratio: secondsOrUnanswered(latency.ratio),
      n: latency.n,
    },
    unpaired,
    drops,
  };
}
