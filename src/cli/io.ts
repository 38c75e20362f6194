import type { Verdict } from "#src/release/events";

/** Where a command writes and what it read: injected, so that commands run in tests as they run in a shell. */
export type Io = {
  /** A promise means: the reader is slower than we are, wait for it. */
  readonly out: (text: string) => void | Promise<void>;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves with the first signal that asks the process to stop. */
  readonly stopSignal: () => Promise<string>;
  /** Where `err` goes, when that is a terminal on which lines can be drawn over. */
  readonly terminal?: NodeJS.WriteStream | null;
  /** Resolves when standard input is closed: whoever held its other end let go, or is gone. */
  readonly inputClosed: () => Promise<void>;
};

/** Exit codes of the command line contract. */
export const EXIT = { pass: 0, failed: 1, usage: 2, inconclusive: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a verdict ends a command with. */
export const EXIT_OF_VERDICT: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.pass,
  fail: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  error: EXIT.inconclusive,
};

/** A wrong use or a missing piece that the person at the terminal can mend. Printed as it is, without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exit: ExitCode;
  constructor(message: string, exit: ExitCode = EXIT.usage) {
    super(message);
    this.exit = exit;
  }
}

/** Prints one JSON document on stdout and nothing else. */
export function printJson(io: Io, document: object): void {
  void io.out(`${JSON.stringify(document, null, 2)}\n`);
}
