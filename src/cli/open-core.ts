import { hostname, userInfo } from "node:os";
import { chooseService } from "#src/cli/choose-service";
import { createConfigIdentity } from "#src/cli/config-identity";
import { CliError, type Io } from "#src/cli/io";
import { assertDatabase } from "#src/cli/reach-database";
import { rehearsalClockOf } from "#src/cli/rehearsal-clock";
import { openCommandLog, readSurroundings } from "#src/cli/surroundings";
import { type Core, composeCore } from "#src/compose";
import { composeIdentity } from "#src/compose-identity";
import { commandEnvironment } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import type { Person } from "#src/release/people";
import { SlackError } from "#src/slack/slack-error";

/** The product's core, the service that was meant, and whether Slack was asked who people are. */
export type Session = {
  readonly core: Core;
  readonly config: Config;
  readonly service: ServiceConfig;
  readonly withSlack: boolean;
};

/**
 * The product's core for a command line: same rules, rights and journal as in Slack. With SLACK_BOT_TOKEN people are
 * resolved by Slack; without it by golive.yaml. Run `work` with it; it is closed afterwards. `works`: this process also
 * takes jobs, and looks after those that killed processes left behind.
 */
export async function withCore<T>(
  io: Io,
  options: {
    readonly service: string | undefined;
    readonly works?: boolean;
    /** For what can't wait for Slack: where it doesn't answer, people are who golive.yaml names, and that is said. */
    readonly withoutSlackIfAway?: boolean;
  },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { config, environment, named } = await readSurroundings(io, commandEnvironment);
  const service = chooseService(config, options.service);
  await assertDatabase(environment.DATABASE_URL);
  const log = openCommandLog(io);
  const clock = rehearsalClockOf(io.env, (sentence) => io.err(`note: ${sentence}\n`));
  const token = environment.SLACK_BOT_TOKEN;
  const ask = async (sure: string) => composeIdentity({ token: sure, apiUrl: environment.SLACK_API_URL, config, log });
  const slack = token === undefined ? null : await ask(token).catch(orNobody(io, options.withoutSlackIfAway === true));
  const core = await composeCore({
    config,
    databaseUrl: environment.DATABASE_URL,
    named,
    variables: io.env,
    identity: slack?.identity ?? createConfigIdentity(config.golive),
    team: slack?.self.teamId,
    log,
    supervise: options.works === true,
    ...(clock === undefined ? {} : { clock }),
  });
  try {
    return await work({ core, config, service, withSlack: slack !== null });
  } finally {
    await core.close();
  }
}

/** Slack's own "no" (a wrong token) is no outage: nothing is decided past it. */
function orNobody(io: Io, may: boolean): (error: unknown) => null {
  return (error) => {
    if (!may || !(error instanceof SlackError) || error.failure.kind === "auth") throw error;
    io.err(
      "Slack does not answer. People are who golive.yaml names as users; who is only in a user group there can't act until it does.\n",
    );
    return null;
  };
}

/** `--as USER` is needed wherever somebody's right or signature counts; asked before anything is opened. */
export function requireActor(as: string | undefined): string {
  if (as === undefined || as === "") {
    throw new CliError(
      "Who are you? The rules ask for a person, so nothing was done. Add --as with your Slack user id, like --as U012AB3CD.",
    );
  }
  return as;
}

/** Who `--as` names and who is in the roles, both resolved now. */
export async function resolveActor(core: Core, user: string) {
  const [person, members] = await Promise.all([core.identity.person(user, core.team), core.identity.members()]);
  // Nobody vouches for --as: the journal and the message say whose shell it was.
  const actor: Person = { ...person, via: `${shellUser()}@${hostname()} on the command line` };
  return { actor, members };
}

/** A container's user need not have a name. */
function shellUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody";
  }
}
