import { CliError, EXIT, EXIT_OF_VERDICT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";
import type { Register } from "#src/cli/register";
import { progressLine, smokeDocument, smokeText } from "#src/cli/smoke-report";
import { type SmokeResult, SUITES, type SuiteId, verdictOf } from "#src/operations/smoke/suites";
import { earlierSmokes } from "#src/operations/smoke/work/smoke-runner";
import { nearest } from "#src/release/nearest";

type Flags = {
  readonly service?: string;
  readonly suite: readonly string[];
  readonly metricsUrl?: string;
  readonly json?: boolean;
};

export const registerSmoke: Register = (program, io, finish) => {
  program
    .command("smoke")
    .description("look now at what is live, as every night: five suites of checks")
    .option("--service <id>", "which service (default: the only one)")
    .option(
      "--suite <name>",
      "only this suite; may be given several times",
      (name, before: string[]) => [...before, name],
      [],
    )
    .option("--metrics-url <url>", "where a bot's metrics answer, like http://127.0.0.1:9464/metrics")
    .option("--json", "one JSON document on stdout")
    .action(async (flags: Flags) => finish(await smoke(io, flags)));
};

async function smoke(io: Io, flags: Flags): Promise<ExitCode> {
  const suites = chooseSuites(flags.suite);
  const metricsUrl = metricsUrlOf(flags.metricsUrl);
  const stop = new AbortController();
  void io.stopSignal().then(() => stop.abort());
  return withCore(io, { service: flags.service }, async (session) => {
    const result = await look(io, session, { suites, metricsUrl, signal: stop.signal });
    if (flags.json === true) printJson(io, smokeDocument(session.service.id, result));
    else void io.out(smokeText(session.service.id, result));
    return EXIT_OF_VERDICT[verdictOf(result)];
  });
}

/** Runs them with a line on stderr for each check. Interrupted, it throws once everything has stopped. */
async function look(
  io: Io,
  { core, service }: Session,
  how: { readonly suites: readonly SuiteId[]; readonly metricsUrl: string | null; readonly signal: AbortSignal },
): Promise<SmokeResult> {
  const { signal } = how;
  let done = 0;
  try {
    return await core.smoke({
      ...how,
      service: service.id,
      earlier: await earlierSmokes(core.journal, service.id),
      watcher: {
        onCheck(suite, check) {
          if (!signal.aborted) done += 1;
          io.err(`${progressLine(suite, check)}\n`);
        },
        onProgress: (suite, says) => io.err(`${suite}: ${says}\n`),
      },
    });
  } catch (error) {
    if (!signal.aborted || error instanceof CliError) throw error;
    const text =
      `Interrupted: ${done} checks had an answer, the others were stopped. Nothing was written down, and nothing is left in the store; ` +
      "an evaluation that had begun is gone on with by the next run.";
    throw new CliError(text, EXIT.interrupted);
  }
}

function chooseSuites(names: readonly string[]): readonly SuiteId[] {
  const known: readonly string[] = SUITES;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const hints = unknown.map((name) => {
      const meant = nearest(name, known);
      return `There is no suite \`${name}\`.${meant.length === 0 ? "" : ` Did you mean ${meant.join(" or ")}?`}`;
    });
    throw new CliError(`${hints.join(" ")} Nothing was run. Suites: ${known.join(", ")}.`);
  }
  return SUITES.filter((suite) => names.length === 0 || names.includes(suite));
}

function metricsUrlOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new CliError(
    `--metrics-url takes an address, like http://127.0.0.1:9464/metrics, not \`${text}\`. Nothing was run.`,
  );
}
