import { CliError, EXIT, type Io } from "#src/cli/io";
import { openLog, readConfig } from "#src/cli/open-core";
import type { Register } from "#src/cli/program";
import { composeBot } from "#src/compose-bot";
import { parseEnvironment, parseStoreUrls, serveEnvironment } from "#src/config/environment";
import { describeProblems } from "#src/config/problems";
import { listServices } from "#src/config/to-policy";

export const registerServe: Register = (program, io, finish) => {
  program
    .command("serve")
    .description("run the bot")
    .option("--dev", "accept a database role that could rewrite the journal, and say so")
    .action(async (flags: { dev?: boolean }) => {
      await serve(io, flags.dev === true);
      finish(EXIT.pass);
    });
};

async function serve(io: Io, dev: boolean): Promise<void> {
  const config = await readConfig(io);
  const parsed = parseEnvironment(serveEnvironment, io.env);
  const stores = parseStoreUrls(listServices(config), io.env);
  const problems = [...(parsed.ok ? [] : parsed.problems), ...(stores.ok ? [] : stores.problems)];
  if (!parsed.ok || !stores.ok) throw new CliError(describeProblems(problems));
  const log = openLog(io, parsed.environment.LOG_LEVEL);
  const stop = io.stopSignal();
  const bot = await composeBot({
    config,
    environment: parsed.environment,
    storeUrls: stores.urls,
    variables: io.env,
    dev,
    log,
  });
  try {
    await bot.start();
    log.info({ port: bot.port, transport: bot.transport }, "ready");
    log.info({ signal: await stop }, "stopping");
  } finally {
    await bot.stop();
  }
}
