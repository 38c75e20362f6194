import type { Command } from "commander";
import type { ExitCode, Io } from "#src/cli/io";

/** How a command ends: it sets the exit code through `finish`. */
export type Register = (program: Command, io: Io, finish: (code: ExitCode) => void) => void;
