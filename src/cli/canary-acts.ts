import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import { explainKpi } from "#src/canary/words/explain";
import { findKpi } from "#src/canary/words/names";
import { canaryViewJson } from "#src/cli/canary-json";
import { exitOfCanary } from "#src/cli/canary-report";
import { canaryViewText } from "#src/cli/canary-text";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { utc } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";

export type CanaryFlags = {
  readonly service?: string;
  readonly as?: string;
  readonly reason: string;
  readonly hours?: number;
  readonly confirm?: boolean;
  readonly json?: boolean;
};
type Actor = Awaited<ReturnType<typeof resolveActor>>;

/** The canary that is open, else the newest. Takes no right. */
export async function canaryStatus(io: Io, flags: CanaryFlags): Promise<ExitCode> {
  return withCore(io, opening(flags), async ({ core, service }) => {
    const view = await core.canaries.currentCanary(service.id);
    if (view !== null) return report(io, flags, view, core.clock.now(), exitOfCanary(view));
    if (flags.json === true) printJson(io, { ok: false, service: service.id, canary: null });
    else void io.out(`${service.id} had no canary yet: one starts by itself when a release goes live.\n`);
    return EXIT.inconclusive;
  });
}

/** Why a KPI stands as it does, in plain words. Takes no right. */
export async function canaryExplain(io: Io, id: string, flags: CanaryFlags): Promise<ExitCode> {
  return withCore(io, opening(flags), async (session) => {
    const view = await openCanary(session);
    if (findKpi(view, id) === null) {
      const known = view.canary.policy.kpis.map((kpi) => kpi.id);
      return printRefusal(io, { kind: "kpi-unknown", kpi: id, known }, options(flags, session));
    }
    const lines = explainKpi(view, id, utc);
    if (flags.json === true)
      printJson(io, { ok: true, service: view.canary.service, canary: view.canary.id, kpi: id, explanation: lines });
    else void io.out(`${lines.flatMap((line) => wrap("", line, 2)).join("\n")}\n`);
    return EXIT.pass;
  });
}

/** Whatever somebody decides about the canary; then where it stands. */
export async function actOnCanary(
  io: Io,
  flags: CanaryFlags,
  intentOf: (actor: Actor) => CanaryPersonIntent,
): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, opening(flags), async (session) => {
    const { core } = session;
    const { canary } = await openCanary(session);
    const outcome = await core.canaries.act(canary.id, null, intentOf(await resolveActor(core, user)));
    if (!outcome.ok) return printRefusal(io, outcome.refusal, options(flags, session));
    const after = await core.canaries.canary(canary.id);
    if (after === null) throw new CliError("The canary is gone from the journal.", EXIT.inconclusive);
    return report(io, flags, after, core.clock.now(), EXIT.pass);
  });
}

/** Rolling back changes what customers get, so it takes `--confirm`, as everywhere. */
export async function abortCanary(io: Io, flags: CanaryFlags): Promise<ExitCode> {
  requireActor(flags.as);
  if (flags.confirm !== true) {
    throw new CliError(
      "Aborting rolls back, which changes what customers get, so nothing was done. Look at `golive canary status`, then add --confirm.",
    );
  }
  const code = await actOnCanary(io, flags, (actor) => ({ type: "abort", ...actor, reason: flags.reason }));
  if (code === EXIT.pass) {
    io.err(
      "The running bot rolls back; `golive rollback status` shows its steps. Without a bot: golive rollback previous --as USER --confirm\n",
    );
  }
  return code;
}

async function openCanary({ core, service }: Session): Promise<CanaryView> {
  const view = await core.canaries.currentCanary(service.id);
  if (view !== null) return view;
  throw new CliError(
    `${service.id} had no canary yet, so there is nothing to decide: one starts by itself when a release goes live.`,
    EXIT.failed,
  );
}

function report(io: Io, { json }: CanaryFlags, view: CanaryView, now: number, code: ExitCode): ExitCode {
  if (json === true) printJson(io, canaryViewJson(code === EXIT.pass, view));
  else void io.out(canaryViewText(view, now));
  return code;
}

const opening = ({ service }: CanaryFlags) => ({ service, withoutSlackIfAway: true });
const options = ({ json }: CanaryFlags, { withSlack }: Session) => ({ json: json === true, withSlack });
