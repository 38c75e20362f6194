import { setTimeout as wait } from "node:timers/promises";
import { type Command, Option } from "commander";
import { CliError, EXIT, EXIT_OF_VERDICT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, withCore } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import type { Register } from "#src/cli/register";
import { scheduleJson, scheduleText } from "#src/cli/schedule-text";
import { snakeCased } from "#src/cli/snake-cased";
import { KINDS } from "#src/operations/kinds";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import type { OperationState } from "#src/operations/state";
import type { OperationUseCases } from "#src/operations/use-cases";
import { nearest } from "#src/release/nearest";

type Flags = { readonly service?: string; readonly json?: boolean };
type RunFlags = Flags & { readonly as?: string; readonly wait?: boolean };

const LOOK_EVERY_MS = 500;

const common = (command: Command): Command =>
  command
    .addOption(new Option("--service <id>", "which service (default: the only one)"))
    .addOption(new Option("--json", "one JSON document on stdout"));

export const registerSchedule: Register = (program, io, finish) => {
  const schedule = common(program.command("schedule"))
    .description("what Golive does by itself: next and last run of each kind, and what was skipped")
    .action(async (flags: Flags) => finish(await showSchedule(io, flags)));
  common(schedule.command("run"))
    .description("start one now; a running bot does it")
    .argument("<kind>", OPERATIONS.join(", "))
    .option("--as <user>", "your Slack user id: the right `start` is needed")
    .option("--wait", "until it has ended; the exit code says how")
    // The options of the command before it are its own, too.
    .action(async (kind: string, _flags: RunFlags, command: Command) =>
      finish(await runNow(io, kind, command.optsWithGlobals<RunFlags>())),
    );
};

function showSchedule(io: Io, flags: Flags): Promise<ExitCode> {
  return withCore(io, { service: flags.service, withoutSlackIfAway: true }, async ({ core, service }) => {
    const view = await core.operations.schedule(service.id);
    if (flags.json === true) printJson(io, scheduleJson(view));
    else void io.out(scheduleText(view));
    return EXIT.pass;
  });
}

function kindOf(typed: string): OperationKind {
  const kind = OPERATIONS.find((known) => known === typed);
  if (kind !== undefined) return kind;
  const meant = nearest(typed, OPERATIONS);
  const next = meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : `There are: ${OPERATIONS.join(", ")}.`;
  throw new CliError(`There is no kind of run “${typed}”, so nothing was done. ${next}`);
}

function runNow(io: Io, typed: string, flags: RunFlags): Promise<ExitCode> {
  const kind = kindOf(typed);
  const user = requireActor(flags.as);
  return withCore(io, { service: flags.service }, async ({ core, service, withSlack }) => {
    const { useCases } = core.operations;
    const outcome = await useCases.request(service.id, kind, null, await resolveActor(core, user));
    if (!outcome.ok) return printRefusal(io, outcome.refusal, { json: flags.json === true, withSlack });
    const what = `${KINDS[kind].title} of ${service.id} (${outcome.id})`;
    if (flags.wait !== true) {
      if (flags.json === true) printJson(io, { ok: true, service: service.id, kind, operation: outcome.id });
      else void io.out(`${what} is opened; a running bot does it. \`golive schedule\` shows what came of it.\n`);
      return EXIT.pass;
    }
    io.err(`${what} is opened; waiting for a running bot to do it.\n`);
    return reportEnd(io, flags, await waitForEnd(io, useCases, outcome.id));
  });
}

async function waitForEnd(io: Io, useCases: OperationUseCases, id: string): Promise<OperationState> {
  const stopped = io.stopSignal().then(() => true);
  for (;;) {
    const state = await useCases.operation(id);
    if (state === null) throw new CliError("The run is gone from the journal.", EXIT.inconclusive);
    if (state.finished !== null) return state;
    if (await Promise.race([stopped, wait(LOOK_EVERY_MS, false)])) {
      throw new CliError(
        "Interrupted. Nothing is lost: the running bot goes on with the run, and `golive schedule` shows what came of it.",
        EXIT.interrupted,
      );
    }
  }
}

function reportEnd(io: Io, flags: Flags, { id, kind, service, finished }: OperationState): ExitCode {
  const { verdict = "error", summary = "", result = {} } = finished ?? {};
  if (flags.json === true)
    printJson(io, {
      ok: verdict === "pass",
      service,
      kind,
      operation: id,
      verdict,
      summary,
      result: snakeCased(result),
    });
  else void io.out(`${verdict}: ${summary}\n`);
  return EXIT_OF_VERDICT[verdict];
}
