import { Command, CommanderError } from "commander";
import { registerAudit } from "#src/cli/audit";
import { registerConfig } from "#src/cli/config";
import { registerInit } from "#src/cli/init";
import { CliError, EXIT, type ExitCode, type Io } from "#src/cli/io";
import { registerMigrate } from "#src/cli/migrate";
import { registerRelease } from "#src/cli/release";
import { registerRun } from "#src/cli/run-adopt";
import { registerServe } from "#src/cli/serve";
import { registerUnlock } from "#src/cli/unlock";
import { createScrubber } from "#src/log";

/** How a command ends: it sets the exit code through `finish`. */
export type Register = (program: Command, io: Io, finish: (code: ExitCode) => void) => void;

const COMMANDS: readonly Register[] = [
  registerServe,
  registerMigrate,
  registerInit,
  registerConfig,
  registerRun,
  registerRelease,
  registerUnlock,
  registerAudit,
];

/** Runs `golive …` and returns its exit code (see the command line contract in docs/cli.md). Never throws. */
export async function runCommandLine(words: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.pass;
  const finish = (given: ExitCode): void => {
    code = given;
  };
  const program = new Command("golive")
    .description("Takes a RAG system into production from Slack, and keeps it honest afterwards.")
    .exitOverride()
    .showSuggestionAfterError(true)
    .showHelpAfterError("(golive help shows the commands)")
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  for (const register of COMMANDS) register(program, io, finish);
  try {
    await program.parseAsync([...words], { from: "user" });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  if (error instanceof CliError) {
    io.err(`${error.message}\n`);
    return error.exit;
  }
  const scrub = createScrubber([]);
  const said = error instanceof Error ? error.message : String(error);
  io.err(`${scrub(said)}\nNothing was changed by this command.\n`);
  return EXIT.inconclusive;
}
