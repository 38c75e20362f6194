import { CliError, EXIT, type ExitCode, type Io } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { reportRelease } from "#src/cli/report-release";
import { waitForRelease } from "#src/cli/wait-for-release";
import { opensGate } from "#src/release/evidence";
import type { PersonIntent } from "#src/release/use-cases";
import type { ReleaseView } from "#src/release/view";

export type Flags = {
  readonly service?: string;
  readonly run?: string;
  readonly config?: string;
  readonly as?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly confirm?: boolean;
};
type Actor = Awaited<ReturnType<typeof resolveActor>>;

export async function startRelease(io: Io, flags: Flags): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, { service: flags.service, works: flags.wait === true }, async (session) => {
    const { core, service } = session;
    const outcome = await core.useCases.startRelease({
      ...(await resolveActor(core, user)),
      service: service.id,
      from: service.channel,
      run: flags.run ?? null,
      config: flags.config ?? null,
      key: null,
    });
    if (!outcome.ok) return printRefusal(io, outcome.refusal, options(flags, session));
    if (flags.wait === true) return waitForChecks(io, session, flags);
    io.err("Started. The running bot works off the checks; without one: golive release status --wait\n");
    return reportRelease(io, session, { ...options(flags, session), brief: true }, EXIT.pass);
  });
}

export async function releaseStatus(io: Io, flags: Flags): Promise<ExitCode> {
  return withCore(io, { service: flags.service, works: flags.wait === true }, async (session) => {
    const { openRelease } = await session.core.useCases.service(session.service.id);
    if (flags.wait === true && openRelease !== null) return waitForChecks(io, session, flags);
    return reportRelease(io, session, options(flags, session), EXIT.pass);
  });
}

export async function signRelease(io: Io, flags: Flags, signOff: string): Promise<ExitCode> {
  return act(io, flags, (actor) => ({ type: "sign", ...actor, signOff, seen: null }));
}

export async function cancelRelease(io: Io, flags: Flags, reason: string): Promise<ExitCode> {
  return act(io, flags, (actor) => ({ type: "cancel", ...actor, reason }));
}

export async function cutOverRelease(io: Io, flags: Flags): Promise<ExitCode> {
  const user = requireActor(flags.as);
  if (flags.confirm !== true) {
    throw new CliError(
      "A cutover changes what customers get, so nothing was done. Look at `golive release status`, then add --confirm.",
    );
  }
  return withCore(io, { service: flags.service, works: true }, async (session) => {
    const { core } = session;
    const release = await openRelease(session);
    const actor = await resolveActor(core, user);
    const outcome = await core.useCases.actOnRelease(release, null, { type: "cut-over", ...actor, seen: null });
    if (!outcome.ok) return printRefusal(io, outcome.refusal, options(flags, session));
    const known = await core.useCases.release(release);
    const view = await waitForRelease(session, io, (each) => each.release.standing !== "cutting_over", known, true);
    const code = view.release.standing === "live" ? EXIT.pass : EXIT.failed;
    return reportRelease(io, session, { ...options(flags, session), brief: true }, code);
  });
}

async function act(io: Io, flags: Flags, intentOf: (actor: Actor) => PersonIntent): Promise<ExitCode> {
  const user = requireActor(flags.as);
  return withCore(io, { service: flags.service }, async (session) => {
    const release = await openRelease(session);
    const intent = intentOf(await resolveActor(session.core, user));
    const outcome = await session.core.useCases.actOnRelease(release, null, intent);
    if (!outcome.ok) return printRefusal(io, outcome.refusal, options(flags, session));
    return reportRelease(io, session, { ...options(flags, session), brief: true }, EXIT.pass);
  });
}

async function waitForChecks(io: Io, session: Session, flags: Flags): Promise<ExitCode> {
  const view = await waitForRelease(session, io, (each) => {
    return each.progress.checksDone === each.progress.checksTotal && each.release.standing !== "cutting_over";
  });
  // The checks were told on stderr as they finished.
  return reportRelease(io, session, { ...options(flags, session), brief: true }, verdictOf(view));
}

async function openRelease({ core, service }: Session): Promise<string> {
  const { openRelease: id } = await core.useCases.service(service.id);
  if (id !== null) return id;
  throw new CliError(
    `No release of ${service.id} is open, so there is nothing to decide. Start one: golive release start --as USER`,
    EXIT.failed,
  );
}

/** 0: all checks pass, are waived or don't apply · 1: one failed · 3: none failed, but one is inconclusive or could not run. */
function verdictOf({ release, checks }: ReleaseView): ExitCode {
  if (release.standing === "cancelled" || release.standing === "failed") return EXIT.failed;
  const statuses = checks.map((check) => check.status);
  if (statuses.includes("fail")) return EXIT.failed;
  return statuses.every(opensGate) ? EXIT.pass : EXIT.inconclusive;
}

const options = (flags: Flags, { withSlack }: Session) => ({ json: flags.json === true, withSlack });
