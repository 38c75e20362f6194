import { createConfigIdentity } from "#src/cli/config-identity";
import { CliError, EXIT, type Io } from "#src/cli/io";
import { type Core, composeCore } from "#src/compose";
import { composeIdentity } from "#src/compose-identity";
import { commandEnvironment, parseEnvironment, parseStoreUrls } from "#src/config/environment";
import { type Config, loadConfig } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";
import type { ServiceConfig } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import { createLog, type Log } from "#src/log";

/** Reads the configuration directory or ends the command with every problem of it. */
export async function readConfig(io: Io): Promise<Config> {
  const loaded = await loadConfig(io.env.GOLIVE_CONFIG ?? "configs");
  if (!loaded.ok) throw new CliError(describeProblems(loaded.problems));
  return loaded.config;
}

/** Values that must never be printed, whatever goes wrong. */
export function secretsOf(io: Io): string[] {
  return Object.entries(io.env)
    .filter(([name, value]) => value !== undefined && /TOKEN|SECRET|PASSWORD|_KEY$|_URL$|DSN/.test(name))
    .filter(([, value]) => !/^https?:\/\/[^@]*$/.test(value ?? ""))
    .map(([, value]) => value ?? "");
}

export function openLog(io: Io, level: string): Log {
  return createLog({ level, secrets: secretsOf(io), write: io.err });
}

/**
 * The product's core for a command line: same rules, rights and journal as in Slack. With SLACK_BOT_TOKEN people are
 * resolved by Slack; without it by golive.yaml. Run `work` with it; it is closed afterwards.
 */
export async function withCore<T>(io: Io, work: (core: Core, config: Config) => Promise<T>): Promise<T> {
  const config = await readConfig(io);
  const parsed = parseEnvironment(commandEnvironment, io.env);
  if (!parsed.ok) throw new CliError(describeProblems(parsed.problems));
  const stores = parseStoreUrls(listServices(config), io.env);
  if (!stores.ok) throw new CliError(describeProblems(stores.problems));
  const log = openLog(io, io.env.LOG_LEVEL ?? "warn");
  const token = io.env.SLACK_BOT_TOKEN;
  const slack =
    token === undefined ? null : await composeIdentity({ token, apiUrl: io.env.SLACK_API_URL, config, log });
  const core = await composeCore({
    config,
    databaseUrl: parsed.environment.DATABASE_URL,
    storeUrls: stores.urls,
    variables: io.env,
    identity: slack?.identity ?? createConfigIdentity(config.golive),
    team: slack?.self.teamId,
    log,
    supervise: false,
  });
  try {
    return await work(core, config);
  } finally {
    await core.close();
  }
}

/** The service that `--service` names, or the only one there is. */
export function chooseService(config: Config, named: string | undefined): ServiceConfig {
  const services = listServices(config);
  const known = services.map((service) => service.id).join(", ");
  if (named === undefined) {
    const [only, ...others] = services;
    if (only !== undefined && others.length === 0) return only;
    throw new CliError(`Which service? Add --service with one of: ${known}.`);
  }
  const service = services.find((each) => each.id === named);
  if (service === undefined) throw new CliError(`There is no service \`${named}\` in golive.yaml. Known: ${known}.`);
  return service;
}

/** `--as USER` is needed wherever somebody's right or signature counts. */
export function requireActor(as: string | undefined): string {
  if (as === undefined)
    throw new CliError("Who are you? Add --as with your Slack user id, like --as U012AB3CD.", EXIT.usage);
  return as;
}
