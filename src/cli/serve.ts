import { CliError, EXIT, type Io } from "#src/cli/io";
import { assertDatabase } from "#src/cli/reach-database";
import type { Register } from "#src/cli/register";
import { CLOCK_VARIABLE, rehearsalClockOf } from "#src/cli/rehearsal-clock";
import { openLog, readSurroundings } from "#src/cli/surroundings";
import { composeBot } from "#src/compose-bot";
import { serveEnvironment } from "#src/config/environment";
import type { WatchPace } from "#src/jobs/watch-loop";
import type { Log } from "#src/log";
import type { DomainClock } from "#src/release/clock";

type Flags = { readonly dev?: boolean; readonly stopWithStdin?: boolean };

export const registerServe: Register = (program, io, finish) => {
  program
    .command("serve")
    .description("run the bot until SIGTERM or SIGINT; its log goes to stderr as JSON lines")
    .option("--dev", "accept a database role that could rewrite the journal, and a rehearsal clock, and say so")
    .option("--stop-with-stdin", "stop as well when standard input is closed: with the program that started the bot")
    .action(async (flags: Flags) => {
      await serve(io, flags);
      finish(EXIT.pass);
    });
};

async function serve(io: Io, flags: Flags): Promise<void> {
  const { config, environment, named } = await readSurroundings(io, serveEnvironment);
  const log = openLog(io, environment.LOG_LEVEL);
  const stop = flags.stopWithStdin === true ? Promise.race([io.stopSignal(), inputClosed(io)]) : io.stopSignal();
  const clock = clockOf(io, flags, log);
  await assertDatabase(environment.DATABASE_URL);
  const bot = await composeBot({
    config,
    environment,
    named,
    variables: io.env,
    dev: flags.dev === true,
    log,
    ...(clock === undefined ? {} : { clock, watchPace: REHEARSED, lookAfter: EVERY_SECOND }),
  });
  try {
    await bot.start();
    log.info({ port: bot.port, transport: bot.transport }, "ready");
    log.info({ signal: await stop }, "stopping");
  } finally {
    await bot.stop();
  }
  log.info("stopped");
}

/** Where two days pass in a minute, five seconds are four hours. */
const REHEARSED: WatchPace = { openMs: 250, idleMs: 1_000 };

const EVERY_SECOND = "* * * * * *";

/** Whoever scales the time of a bot that serves people does so by mistake. */
function clockOf(io: Io, { dev }: Flags, log: Log): DomainClock | undefined {
  if (dev !== true && (io.env[CLOCK_VARIABLE] ?? "") !== "") {
    throw new CliError(`${CLOCK_VARIABLE} is set: a rehearsal clock goes with --dev only. Unset it, or add --dev.`);
  }
  return rehearsalClockOf(io.env, (sentence) => log.warn(sentence));
}

const inputClosed = (io: Io): Promise<string> => io.inputClosed().then(() => "standard input closed");
