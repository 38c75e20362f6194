import { findRun } from "#src/cli/eval-baseline";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";
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
    const code = verdict === "pass" ? EXIT.pass : verdict === "fail" ? EXIT.failed : EXIT.inconclusive;
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

type Snake = string | number | boolean | null | Snake[] | { [key: string]: Snake };

/** Keys of our documents are snake_case; values stay as they are. */
function snakeCased(value: object): { [key: string]: Snake } {
  const walk = (each: unknown): Snake => {
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === "object" && each !== null) return snakeCased(each);
    if (typeof each === "string" || typeof each === "number" || typeof each === "boolean") return each;
    return null;
  };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      walk(each),
    ]),
  );
}
