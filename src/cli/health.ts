import { performance } from "node:perf_hooks";
import { createProgress } from "#src/cli/health-progress";
import { duration, type HealthReport, healthJson, healthText, worstOf } from "#src/cli/health-report";
import { selfTest } from "#src/cli/health-self-test";
import { CliError, EXIT, EXIT_OF_VERDICT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/register";
import { choosePair } from "#src/gates/choose-pair";
import type { Gate } from "#src/gates/gate";
import { GATES_AT_ONCE, runHealth } from "#src/gates/run-health";
import { nearest } from "#src/release/nearest";

type Flags = {
  readonly service?: string;
  readonly gate: readonly string[];
  readonly run?: string;
  readonly config?: string;
  readonly selfTest?: boolean;
  readonly json?: boolean;
};

export const registerHealth: Register = (program, io, finish) => {
  program
    .command("health")
    .description("run the gates now, for no release: nothing is decided by it")
    .option("--service <id>", "which service (default: the only one)")
    .option(
      "--gate <name>",
      "only this gate; may be given several times",
      (name, before: string[]) => [...before, name],
      [],
    )
    .option("--run <run>", "ingestion run (default: the newest complete one that is not live, else what is live)")
    .option("--config <version>", "configuration version (default: the active one)")
    .option("--self-test", "prove that each gate fails on fixtures made to fail it, and passes a good twin")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: Flags) => finish(await health(io, flags)));
};

async function health(io: Io, flags: Flags): Promise<ExitCode> {
  if (flags.selfTest === true && (flags.run !== undefined || flags.config !== undefined)) {
    throw new CliError("A self-test looks at fixtures of its own: leave --run and --config out. Nothing was run.");
  }
  const stop = new AbortController();
  void io.stopSignal().then(() => stop.abort());
  return withCore(io, { service: flags.service }, async (session) => {
    const gates = chooseGates(session, flags.gate);
    if (flags.selfTest === true) return prove(io, session, gates, flags, stop.signal);
    const report = await look(io, session, gates, flags, stop.signal);
    if (flags.json === true) printJson(io, healthJson(report));
    else void io.out(healthText(report));
    return EXIT_OF_VERDICT[worstOf(report)];
  });
}

/** Runs them with progress on stderr. Interrupted, it throws once everything has stopped. */
async function look(
  io: Io,
  { core, service }: Session,
  gates: readonly Gate[],
  flags: Flags,
  signal: AbortSignal,
): Promise<HealthReport> {
  const { checks } = core;
  const asked = { run: flags.run ?? null, config: flags.config ?? null };
  try {
    const around = await checks.surroundingsOf(service.id);
    const chosen = await choosePair(around.store, Object.keys(around.adopted), asked, signal);
    const progress = createProgress(
      io,
      gates.map(({ id }) => id),
      GATES_AT_ONCE,
    );
    let done = 0;
    const reports = await runHealth({
      gates,
      chosen,
      subject: { ...around, active: chosen.active, frozenManifest: null },
      signal,
      ticks: () => performance.now(),
      onFault: checks.onFault,
      onDone({ gate, result, milliseconds }) {
        if (!signal.aborted) done += 1;
        progress.done(
          gate.id,
          `${result.verdict}, ${result.value} (${duration(milliseconds)})`,
          result.verdict === "pass",
        );
      },
    }).finally(() => progress.end());
    if (signal.aborted) throw stopped(done, gates.length);
    return { service: service.id, chosen, reports, proofs: await checks.proofs.newest(service.id), now: Date.now() };
  } catch (error) {
    if (signal.aborted && !(error instanceof CliError)) throw stopped(0, gates.length);
    throw error;
  }
}

async function prove(io: Io, session: Session, gates: readonly Gate[], flags: Flags, signal: AbortSignal) {
  try {
    return await selfTest(io, session, gates, { json: flags.json === true, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CliError("Interrupted: the self-test was stopped, and nothing of it is left.", EXIT.interrupted);
  }
}

function stopped(done: number, of: number): CliError {
  const text = `Interrupted: ${done} of ${of} gates had an answer, the others were stopped, in the databases too. Nothing was decided.`;
  return new CliError(text, EXIT.interrupted);
}

/** Those that were named, in the order of the registry; all without a name. */
function chooseGates({ core }: Session, names: readonly string[]): readonly Gate[] {
  const { gates } = core.checks;
  const known = [...gates.keys()];
  const unknown = names.filter((name) => !gates.has(name));
  if (unknown.length > 0) {
    const hints = unknown.map((name) => {
      const meant = nearest(name, known);
      return `There is no gate \`${name}\`.${meant.length === 0 ? "" : ` Did you mean ${meant.join(" or ")}?`}`;
    });
    throw new CliError(`${hints.join(" ")} Nothing was run. Gates: ${known.join(", ")}.`);
  }
  return [...gates.values()].filter(({ id }) => names.length === 0 || names.includes(id));
}
