import { EXIT, type Io } from "#src/cli/io";
import { assertDatabase } from "#src/cli/reach-database";
import type { Register } from "#src/cli/register";
import { openLog, readSurroundings } from "#src/cli/surroundings";
import { composeBot } from "#src/compose-bot";
import { serveEnvironment } from "#src/config/environment";

export const registerServe: Register = (program, io, finish) => {
  program
    .command("serve")
    .description("run the bot until SIGTERM or SIGINT; its log goes to stderr as JSON lines")
    .option("--dev", "accept a database role that could rewrite the journal, and say so")
    .action(async (flags: { dev?: boolean }) => {
      await serve(io, flags.dev === true);
      finish(EXIT.pass);
    });
};

async function serve(io: Io, dev: boolean): Promise<void> {
  const { config, environment, named } = await readSurroundings(io, serveEnvironment);
  const log = openLog(io, environment.LOG_LEVEL);
  const stop = io.stopSignal();
  await assertDatabase(environment.DATABASE_URL);
  const bot = await composeBot({ config, environment, named, variables: io.env, dev, log });
  try {
    await bot.start();
    log.info({ port: bot.port, transport: bot.transport }, "ready");
    log.info({ signal: await stop }, "stopping");
  } finally {
    await bot.stop();
  }
  log.info("stopped");
}
