import { findRun } from "#src/cli/eval-baseline";
import { CliError, EXIT, EXIT_OF_VERDICT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";
import { snakeCased } from "#src/cli/snake-cased";
import { triageText } from "#src/cli/triage-text";
import type { Against } from "#src/evaluation/report/make-report";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { makeWeeklyResult } from "#src/operations/weekly/make-result";

export type TriageFlags = { readonly service?: string; readonly against?: string; readonly json?: boolean };

/**
 * Judges and explains a stored evaluation as the weekly run does; nothing is asked, and nothing is written. Exit 0 pass · 1 a floor or rule
 * is broken, or something is proven worse · 3 inconclusive.
 */
export async function triageEvaluation(io: Io, id: string, flags: TriageFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async (session) => {
    const { weekly } = session.core.operations;
    const record = await findRun(session, id);
    const material = await weekly.material(record, await againstOf(session, record, flags.against));
    const { verdict, summary, result } = makeWeeklyResult(material, await weekly.cards());
    const code = EXIT_OF_VERDICT[verdict];
    const { proposals: _, ...found } = result;
    if (flags.json === true) printJson(io, { ok: code === EXIT.pass, verdict, summary, ...snakeCased(found) });
    else void io.out(triageText(verdict, summary, result));
    for (const broken of result.brokenCards) io.err(`A broken SOP card was left out: ${broken}\n`);
    return code;
  });
}

async function againstOf(session: Session, record: RunRecord, named: string | undefined): Promise<Against | null> {
  if (named === undefined) return session.core.evaluations.baselineOf(record);
  if (named === record.id)
    throw new CliError(`${named} can't be compared with itself. Name another one after --against.`);
  return { record: await findRun(session, named), baseline: null };
}
