import type { Command } from "commander";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { chooseService, requireActor, withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/program";
import { releaseJson } from "#src/cli/release-json";
import { releaseText } from "#src/cli/release-text";
import { waitForRelease } from "#src/cli/wait-for-release";
import type { Core } from "#src/compose";
import type { ServiceConfig } from "#src/config/service-config";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Outcome, PersonIntent } from "#src/release/use-cases";
import type { ReleaseView } from "#src/release/view";

type Flags = {
  readonly service?: string;
  readonly run?: string;
  readonly config?: string;
  readonly as?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly reason?: string;
  readonly confirm?: boolean;
};
type Actor = Awaited<ReturnType<typeof resolveActor>>;

export const registerRelease: Register = (program, io, finish) => {
  const release = program.command("release").description("the go-live: the same rules as in Slack");
  const common = (command: Command): Command =>
    command
      .option("--service <id>", "which service (default: the only one)")
      .option("--json", "one JSON document on stdout");
  const personal = (command: Command): Command => common(command).option("--as <user>", "your Slack user id");

  personal(release.command("start"))
    .description("freeze a candidate and run its checks")
    .option("--run <run>", "ingestion run (default: the newest complete one)")
    .option("--config <version>", "configuration version (default: the active one)")
    .option("--wait", "run the checks here and wait for them; without it the running bot does")
    .action(async (flags: Flags) => finish(await start(io, flags)));
  common(release.command("status"))
    .description("where the release stands and what blocks it")
    .action(async (flags: Flags) => finish(await status(io, flags)));
  personal(release.command("sign <item>"))
    .description("give a sign-off")
    .action(async (item: string, flags: Flags) => {
      finish(await act(io, flags, (actor) => ({ type: "sign", ...actor, signOff: item, seen: null })));
    });
  personal(release.command("cancel"))
    .description("end the release without touching the pointer")
    .requiredOption("--reason <text>", "why")
    .action(async (flags: Flags) => {
      finish(await act(io, flags, (actor) => ({ type: "cancel", ...actor, reason: flags.reason ?? "" })));
    });
  personal(release.command("cutover"))
    .description("flip the active pointer to the candidate")
    .option("--confirm", "needed: this changes what customers get")
    .action(async (flags: Flags) => finish(await cutover(io, flags)));
};

async function resolveActor(core: Core, flags: Flags) {
  const user = requireActor(flags.as);
  const [actor, members] = await Promise.all([core.identity.person(user, core.team), core.identity.members()]);
  return { actor, members };
}

async function start(io: Io, flags: Flags): Promise<ExitCode> {
  return withCore(io, async (core, config) => {
    const service = chooseService(config, flags.service);
    const outcome = await core.useCases.startRelease({
      ...(await resolveActor(core, flags)),
      service: service.id,
      from: service.channel,
      run: flags.run ?? null,
      config: flags.config ?? null,
      key: null,
    });
    if (!outcome.ok) return refused(io, flags, outcome);
    if (flags.wait !== true) return report(io, flags, core, service, EXIT.pass);
    const view = await waitForRelease(
      core,
      service.id,
      io,
      (each) => each.progress.checksDone === each.progress.checksTotal,
    );
    return report(io, flags, core, service, verdictOf(view));
  });
}

async function status(io: Io, flags: Flags): Promise<ExitCode> {
  return withCore(io, async (core, config) => report(io, flags, core, chooseService(config, flags.service), EXIT.pass));
}

async function act(io: Io, flags: Flags, intentOf: (actor: Actor) => PersonIntent): Promise<ExitCode> {
  return withCore(io, async (core, config) => {
    const service = chooseService(config, flags.service);
    const release = await openRelease(core, service);
    const outcome = await core.useCases.actOnRelease(release, null, intentOf(await resolveActor(core, flags)));
    return outcome.ok ? report(io, flags, core, service, EXIT.pass) : refused(io, flags, outcome);
  });
}

async function cutover(io: Io, flags: Flags): Promise<ExitCode> {
  if (flags.confirm !== true) {
    throw new CliError("A cutover changes what customers get. Look at `golive release status`, then add --confirm.");
  }
  return withCore(io, async (core, config) => {
    const service = chooseService(config, flags.service);
    const release = await openRelease(core, service);
    const actor = await resolveActor(core, flags);
    const outcome = await core.useCases.actOnRelease(release, null, { type: "cut-over", ...actor, seen: null });
    if (!outcome.ok) return refused(io, flags, outcome);
    const view = await waitForRelease(core, service.id, io, (each) => each.release.standing !== "cutting_over");
    return report(io, flags, core, service, view.release.standing === "live" ? EXIT.pass : EXIT.failed);
  });
}

async function openRelease(core: Core, service: ServiceConfig): Promise<string> {
  const { openRelease: id } = await core.useCases.service(service.id);
  if (id === null) {
    throw new CliError(`No release of ${service.id} is open. Start one: golive release start --as USER.`, EXIT.failed);
  }
  return id;
}

/** 0: all checks pass · 1: one failed · 3: none failed, but one is inconclusive or could not run. */
function verdictOf(view: ReleaseView): ExitCode {
  const statuses = view.checks.map((check) => check.status);
  if (statuses.includes("fail")) return EXIT.failed;
  return statuses.every((status) => status === "pass" || status === "waived") ? EXIT.pass : EXIT.inconclusive;
}

async function report(io: Io, flags: Flags, core: Core, service: ServiceConfig, code: ExitCode): Promise<ExitCode> {
  const [view, live] = await Promise.all([
    core.useCases.currentRelease(service.id),
    core.useCases.livePair(service.id),
  ]);
  if (flags.json === true) printJson(io, releaseJson(service.id, live, view));
  else
    io.out(view === null ? `${service.id} had no release yet. Live: ${live?.run ?? "nothing"}.\n` : releaseText(view));
  return code;
}

function refused(io: Io, flags: Flags, outcome: Extract<Outcome, { ok: false }>): ExitCode {
  const sentence = refusalText(outcome.refusal, namesFrom(null));
  if (flags.json === true) printJson(io, { ok: false, refusal: outcome.refusal.kind, sentence });
  else io.err(`${sentence}\n`);
  return EXIT.failed;
}
