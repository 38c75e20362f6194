import { CliError, EXIT, type ExitCode, type Io } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";

/** Runs a command over backups until its end, or until somebody stops it: then what is half is taken back. */
export async function interruptible(
  io: Io,
  flags: { readonly service?: string; readonly withoutSlackIfAway?: boolean },
  work: (session: Session, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  void io.stopSignal().then(() => stop.abort());
  const { service, withoutSlackIfAway = false } = flags;
  return withCore(io, { service, withoutSlackIfAway }, async (session) => {
    try {
      return await work(session, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      throw new CliError("Interrupted: nothing half is left, and no table was changed.", EXIT.interrupted);
    }
  });
}
