import { Command, CommanderError } from "commander";
import { addHelp } from "#src/cli/help";
import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import type { Register } from "#src/cli/register";
import { readVersion } from "#src/cli/version";
import { COLUMNS } from "#src/cli/wrap";

/**
 * Every command by its first word, loaded when it is meant: the bot's libraries alone are 90 MB and a second that scoring a file has
 * no use for.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  serve: async () => (await import("#src/cli/serve")).registerServe,
  migrate: async () => (await import("#src/cli/migrate")).registerMigrate,
  init: async () => (await import("#src/cli/init")).registerInit,
  config: async () => (await import("#src/cli/config")).registerConfig,
  run: async () => (await import("#src/cli/run-adopt")).registerRun,
  release: async () => (await import("#src/cli/release")).registerRelease,
  manifest: async () => (await import("#src/cli/manifest")).registerManifest,
  health: async () => (await import("#src/cli/health")).registerHealth,
  smoke: async () => (await import("#src/cli/smoke")).registerSmoke,
  schedule: async () => (await import("#src/cli/schedule")).registerSchedule,
  backup: async () => (await import("#src/cli/backup")).registerBackup,
  rollback: async () => (await import("#src/cli/rollback")).registerRollback,
  unlock: async () => (await import("#src/cli/unlock")).registerUnlock,
  eval: async () => (await import("#src/cli/eval")).registerEval,
  canary: async () => (await import("#src/cli/canary")).registerCanary,
  slo: async () => (await import("#src/cli/slo")).registerSlo,
  "few-shot": async () => (await import("#src/cli/few-shot")).registerFewShot,
  triage: async () => (await import("#src/cli/triage")).registerTriage,
  sop: async () => (await import("#src/cli/sop")).registerSop,
  proposal: async () => (await import("#src/cli/proposal")).registerProposal,
  nudge: async () => (await import("#src/cli/nudge")).registerNudge,
  incident: async () => (await import("#src/cli/incident")).registerIncident,
  audit: async () => (await import("#src/cli/audit")).registerAudit,
};

/** Runs `golive …` and returns its exit code (docs/cli.md lists them). Never throws, never prints a stack or a secret. */
export async function runCommandLine(words: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.pass;
  let printed = false;
  const watched: Io = {
    ...io,
    out(text) {
      printed = true;
      return io.out(text);
    },
  };
  const program = new Command("golive")
    .description("Takes a RAG system into production from Slack, and keeps it honest afterwards.")
    .version(readVersion(), "--version", "print the version")
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => void watched.out(text),
      writeErr: io.err,
      getOutHelpWidth: () => COLUMNS,
      getErrHelpWidth: () => COLUMNS,
    });
  for (const load of commandsFor(words)) {
    const register = await load();
    register(program, watched, (given) => {
      code = given;
    });
  }
  addHelp(program);
  try {
    await program.parseAsync(helpLast(words), { from: "user" });
    return code;
  } catch (error) {
    // A reader of --json finds one document, whatever happened, and never a second one.
    return await fail(error, watched, words.includes("--json") && !printed);
  }
}

/** Only the one that is named; all of them where none is, for help and for "did you mean". */
function commandsFor([first]: readonly string[]): readonly (() => Promise<Register>)[] {
  const named = first !== undefined && Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return named === undefined ? Object.values(COMMANDS) : [named];
}

/** `golive help release start` is `golive release start --help`: commander looks one word deep only. */
function helpLast(words: readonly string[]): string[] {
  const [first, ...rest] = words;
  return first === "help" && rest.length > 1 ? [...rest, "--help"] : [...words];
}

async function fail(error: unknown, io: Io, json: boolean): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.pass;
    if (json) printJson(io, { ok: false, error: "usage", sentence: error.message });
    return EXIT.usage;
  }
  // Loaded when needed, as the commands are: to know everybody's errors is to load everybody's libraries.
  const { explainError } = await import("#src/cli/explain-error");
  const scrub = (await import("#src/cli/surroundings")).scrubberOf(io);
  const { kind, exit, sentence } = explainError(error);
  if (json) printJson(io, { ok: false, error: kind, sentence: scrub(sentence) });
  else io.err(`${scrub(sentence)}\n`);
  const wantsStack = io.env.LOG_LEVEL === "debug" || io.env.LOG_LEVEL === "trace";
  if (wantsStack && error instanceof Error && error.stack !== undefined) io.err(`${scrub(error.stack)}\n`);
  return exit;
}
