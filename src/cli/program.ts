import { Command, CommanderError } from "commander";
import { registerAudit } from "#src/cli/audit";
import { registerConfig } from "#src/cli/config";
import { registerEval } from "#src/cli/eval";
import { explainError } from "#src/cli/explain-error";
import { addHelp } from "#src/cli/help";
import { registerInit } from "#src/cli/init";
import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { registerMigrate } from "#src/cli/migrate";
import type { Register } from "#src/cli/register";
import { registerRelease } from "#src/cli/release";
import { registerRun } from "#src/cli/run-adopt";
import { registerServe } from "#src/cli/serve";
import { scrubberOf } from "#src/cli/surroundings";
import { registerUnlock } from "#src/cli/unlock";
import { COLUMNS } from "#src/cli/wrap";

const COMMANDS: readonly Register[] = [
  registerServe,
  registerMigrate,
  registerInit,
  registerConfig,
  registerRun,
  registerRelease,
  registerUnlock,
  registerEval,
  registerAudit,
];

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
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => void watched.out(text),
      writeErr: io.err,
      getOutHelpWidth: () => COLUMNS,
      getErrHelpWidth: () => COLUMNS,
    });
  for (const register of COMMANDS) {
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
    return fail(error, watched, words.includes("--json") && !printed);
  }
}

/** `golive help release start` is `golive release start --help`: commander looks one word deep only. */
function helpLast(words: readonly string[]): string[] {
  const [first, ...rest] = words;
  return first === "help" && rest.length > 1 ? [...rest, "--help"] : [...words];
}

function fail(error: unknown, io: Io, json: boolean): ExitCode {
  const scrub = scrubberOf(io);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.pass;
    if (json) printJson(io, { ok: false, error: "usage", sentence: error.message });
    return EXIT.usage;
  }
  const { kind, exit, sentence } = explainError(error);
  if (json) printJson(io, { ok: false, error: kind, sentence: scrub(sentence) });
  else io.err(`${scrub(sentence)}\n`);
  const wantsStack = io.env.LOG_LEVEL === "debug" || io.env.LOG_LEVEL === "trace";
  if (wantsStack && error instanceof Error && error.stack !== undefined) io.err(`${scrub(error.stack)}\n`);
  return exit;
}
