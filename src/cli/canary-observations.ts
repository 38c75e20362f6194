import { parseInstant } from "#src/canary/instant";
import type { Arm } from "#src/canary/observation";
import { chooseService } from "#src/cli/choose-service";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { withDatabase } from "#src/cli/reach-database";
import { configDirectory, readEnvironment } from "#src/cli/surroundings";
import { isoOrNull } from "#src/cli/times";
import { auditEnvironment } from "#src/config/environment";
import { loadConfig } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";
import { readObservations } from "#src/observations/read-observations";

export type ObservationsFlags = {
  readonly service?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
};

/** Lines written at once. */
const AT_ONCE = 500;

/** Everything that is stored of a service between two times, as `golive canary replay` reads it; the counts on stderr. Takes no right. */
export async function canaryObservations(io: Io, flags: ObservationsFlags): Promise<ExitCode> {
  const loaded = await loadConfig(configDirectory(io));
  if (!loaded.ok) throw new CliError(describeProblems(loaded.problems));
  const { id: service } = chooseService(loaded.config, flags.service);
  const [since, until] = [instantOf("--since", flags.since), instantOf("--until", flags.until)];
  const { DATABASE_URL } = readEnvironment(io, auditEnvironment);
  const json = flags.json === true;
  const counts: { [arm in Arm]: number } = { baseline: 0, canary: 0 };
  const ends: { first: number | null; last: number | null } = { first: null, last: null };
  await withDatabase(DATABASE_URL, async (client) => {
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      await io.out(lines.join(""));
      lines = [];
    };
    for await (const { observation, line } of readObservations(client, { service, since, until })) {
      counts[observation.arm]++;
      ends.first ??= observation.at;
      ends.last = observation.at;
      if (!json && lines.push(`${line}\n`) >= AT_ONCE) await flush();
    }
    if (lines.length > 0) await flush();
  });
  const { first, last } = ends;
  if (json) printJson(io, { ok: true, service, ...counts, first: isoOrNull(first), last: isoOrNull(last) });
  else {
    const times = first === null || last === null ? "" : `, ${isoOrNull(first)} to ${isoOrNull(last)}`;
    io.err(`${service}: ${counts.baseline} observations of the baseline, ${counts.canary} of the canary${times}\n`);
  }
  return EXIT.pass;
}

function instantOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = parseInstant(text) ?? parseInstant(`${text}T00:00:00Z`);
  if (at !== null) return at;
  throw new CliError(`${flag} is no time: write it like 2026-03-28T14:00:00Z, or 2026-03-28. Nothing was read.`);
}
