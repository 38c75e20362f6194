import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { toPolicy } from "#src/config/to-policy";
import { type Baseline, createBaselines } from "#src/evaluation/baseline/baselines";
import { refuseBaseline } from "#src/evaluation/baseline/decide-baseline";
import type { RunRecord } from "#src/evaluation/run/run-record";

export type BaselineFlags = {
  readonly service?: string;
  readonly as?: string;
  readonly reason?: string;
  readonly json?: boolean;
};

/** Makes a finished evaluation the one that others of its epoch are compared with. */
export async function setBaseline(io: Io, id: string, flags: BaselineFlags & { reason: string }): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, { service: flags.service }, async (session) => {
    const { core, config, service, withSlack } = session;
    const run = await findRun(session, id);
    const { actor, members } = await resolveActor(core, user);
    const reason = flags.reason.trim();
    const policy = toPolicy(config, service);
    const no = refuseBaseline(run, { policy, actor, members, reason });
    if (no?.kind === "rules") return printRefusal(io, no.refusal, { json: flags.json === true, withSlack });
    if (no !== null) throw new CliError(no.sentence, EXIT.failed);
    const added = await core.evaluations.recordBaseline({ run, reason, by: actor, regradedFrom: null });
    if (flags.json === true) printJson(io, { ok: true, baseline: jsonOf(added) });
    else void io.out(`${run.id} is the baseline of ${service.id} for ${epochText(run)} from now on: ${reason}\n`);
    return EXIT.pass;
  });
}

/** Every baseline that was ever set, newest first. */
export async function listBaselines(io: Io, flags: BaselineFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async ({ core, service }) => {
    const all = await createBaselines(core.pool).list(service.id);
    const holding = new Set<number>();
    const seen = new Set<string>();
    for (const { id, epoch } of all) {
      if (!seen.has(epoch)) holding.add(id);
      seen.add(epoch);
    }
    if (flags.json === true) {
      const baselines = all.map((each) => ({ ...jsonOf(each), holds: holding.has(each.id) }));
      printJson(io, { ok: true, service: service.id, baselines });
    } else if (all.length === 0) void io.out(`${NO_BASELINE}\n`);
    else void io.out(`${all.map((each) => lineOf(each, holding.has(each.id))).join("\n")}\n`);
    return EXIT.pass;
  });
}

/** The baseline that was set last, with the run that it is. */
export async function showBaseline(io: Io, flags: BaselineFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async (session) => {
    const { core, service } = session;
    const baseline = await createBaselines(core.pool).current(service.id, null);
    if (baseline === null) throw new CliError(NO_BASELINE, EXIT.failed);
    const run = await findRun(session, baseline.run);
    const { pair, gold, epoch } = run.plan;
    if (flags.json === true) {
      printJson(io, { ok: true, baseline: { ...jsonOf(baseline), pair, gold, judge: epoch.judge.asked } });
      return EXIT.pass;
    }
    void io.out(
      `${[
        `${service.id}: ${run.id} is the baseline, of ${pair.run} with ${pair.config}`,
        `set       ${timeText(baseline.at)} by ${byText(baseline)}`,
        `because   ${baseline.reason}`,
        `graded    ${run.counts.graded} of ${run.counts.planned} trials by ${epoch.judge.asked}, ${epochText(run)}`,
        `gold      ${gold.file} (${gold.sha256.slice(0, 8)}), ${run.plan.caseIds.length} of ${gold.cases} cases`,
      ].join("\n")}\n`,
    );
    return EXIT.pass;
  });
}

export const NO_BASELINE =
  "No baseline was set yet, so there is nothing to compare with. Set one: golive eval baseline set RUN.";

/** Throws what a person at the terminal can mend. */
export async function findRun({ core, service }: Session, id: string): Promise<RunRecord> {
  const run = await core.evaluations.store.run(id);
  if (run === null || run.plan.service !== service.id) {
    throw new CliError(`${service.id} has no evaluation \`${id}\`; nothing was done. \`golive eval list\` shows all.`);
  }
  return run;
}

const epochText = ({ plan }: RunRecord): string => `evaluator epoch ${plan.epoch.id.slice(0, 8)}`;
const timeText = (at: number): string => new Date(at).toISOString().replace("T", " ").slice(0, 16);
const byText = ({ by }: Baseline): string => (by.via === null ? by.name : `${by.name} (${by.via})`);

function lineOf(baseline: Baseline, holds: boolean): string {
  const { run, epoch, at, reason, regradedFrom } = baseline;
  const origin = regradedFrom === null ? "" : ", graded anew";
  return `${timeText(at)}  ${run}  epoch ${epoch.slice(0, 8)}  ${holds ? "holds   " : "replaced"}  ${byText(baseline)}${origin}: ${reason}`;
}

function jsonOf({ id, service, epoch, run, reason, by, regradedFrom, at }: Baseline): object {
  return { id, service, epoch, run, reason, by, regraded_from: regradedFrom, at: new Date(at).toISOString() };
}
