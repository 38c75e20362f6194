import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/register";
import { sloText } from "#src/cli/slo-text";
import { isoOrNull } from "#src/cli/times";
import type { SloReport } from "#src/operations/slo/slo";

export const registerSlo: Register = (program, io, finish) => {
  program
    .command("slo")
    .description("what the service promises: every SLO, what is left of its error budget, and how fast it burns")
    .option("--service <id>", "which service (default: the only one)")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: { service?: string; json?: boolean }) => finish(await showSlos(io, flags)));
};

/** Adds up what came first, as the bot does, so that it needs no bot; decides nothing. Takes no right. */
async function showSlos(
  io: Io,
  { service: named, json }: { readonly service?: string; readonly json?: boolean },
): Promise<ExitCode> {
  return withCore(io, { service: named, withoutSlackIfAway: true }, async ({ core, service }) => {
    await core.slos.rollUp(service.id);
    const report = await core.slos.useCases.readSlos(service.id);
    const code = exitOfSlos(report);
    if (json === true) printJson(io, jsonOf(report, code === EXIT.pass));
    else void io.out(sloText(report));
    return code;
  });
}

/** 0: all are kept; 1: one is missed, burning or spent; 3: else, since what can't be told is no pass. */
export function exitOfSlos({ slos, burning, spent }: SloReport): ExitCode {
  if (burning.length + spent.length > 0 || slos.some(({ standing }) => standing === "fail")) return EXIT.failed;
  return slos.every(({ standing }) => standing === "pass") ? EXIT.pass : EXIT.inconclusive;
}

function jsonOf({ slos, burning, ...report }: SloReport, ok: boolean) {
  return {
    ok,
    service: report.service,
    at: isoOrNull(report.at),
    rolled_up_at: isoOrNull(report.rolledUpAt),
    window_days: report.windowDays,
    slos: slos.map(({ budgetLeft, ...slo }) => ({ ...slo, budget_left: budgetLeft })),
    burning: burning.map(({ since, ...each }) => ({ ...each, since: isoOrNull(since) })),
    spent: report.spent,
  };
}
