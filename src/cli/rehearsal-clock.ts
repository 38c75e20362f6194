import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { CliError } from "#src/cli/io";
import type { Variables } from "#src/config/environment";
import type { DomainClock } from "#src/release/clock";

/** The variable that names the file of a rehearsal clock. */
export const CLOCK_VARIABLE = "GOLIVE_CLOCK_FILE";

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const clockSchema = z.strictObject({
  /** The real time from which this holds. */
  from: instant,
  /** What the domain clock showed then. */
  at: instant,
  /** How many seconds of domain time pass in a real one; 0 stops the clock. A day a second is plenty. */
  speed: z.number().min(0).max(86_400),
});
type Rate = z.infer<typeof clockSchema>;

const SHAPE = 'one JSON object like {"from": "2026-03-28T12:00:00Z", "at": "2026-03-30T12:00:00Z", "speed": 60}';

export type RehearsalOptions = {
  readonly machineNow: () => number;
  /** Told once of each content that can't be used; the clock goes on with the one before. */
  readonly onBroken: (sentence: string) => void;
};

/**
 * A domain clock that somebody scales by a file, for rehearsals: two days in a minute. The file is looked at whenever the time is asked for
 * and read again when it is another one; time never runs backwards, whatever it says. Throws `CliError` for a file that can't be used.
 */
export function openRehearsalClock(file: string, { machineNow, onBroken }: RehearsalOptions): DomainClock {
  let mark = markOf(file);
  let rate = readRate(file);
  let shown = Number.NEGATIVE_INFINITY;
  const reread = (): void => {
    const found = markOf(file);
    if (found === mark) return;
    mark = found;
    try {
      rate = readRate(file);
    } catch (error) {
      onBroken(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    now() {
      reread();
      const now = Math.floor(rate.at + (machineNow() - rate.from) * rate.speed);
      shown = Math.max(shown, now);
      return shown;
    },
  };
}

/**
 * The clock of this process: undefined, the real time, unless GOLIVE_CLOCK_FILE names a file. `say` gets one sentence when it does, and
 * later what is wrong with it. Throws `CliError` when it can't be used.
 */
export function rehearsalClockOf(env: Variables, say: (sentence: string) => void): DomainClock | undefined {
  const file = env[CLOCK_VARIABLE] ?? "";
  if (file === "") return undefined;
  const clock = openRehearsalClock(file, { machineNow: Date.now, onBroken: say });
  say(`a rehearsal clock is used (${CLOCK_VARIABLE}): for Golive it is ${new Date(clock.now()).toISOString()}`);
  return clock;
}

/** A file that replaced another one has another inode, one that was written over another time. */
function markOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "none" : `${found.ino}/${found.mtimeNs}/${found.size}`;
}

function readRate(file: string): Rate {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw broken(file, "can't be read", cause);
  }
  try {
    return clockSchema.parse(JSON.parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const where =
      issue === undefined ? "is not JSON" : `can't be used: ${issue.path.join(".") || "it"}: ${issue.message}`;
    throw broken(file, where, cause);
  }
}

const broken = (file: string, what: string, cause: unknown): CliError =>
  Object.assign(new CliError(`${CLOCK_VARIABLE} names ${file}, which ${what}. It takes ${SHAPE}.`), { cause });
