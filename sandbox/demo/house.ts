import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type LocalBedrock, startBedrock } from "#sandbox/bedrock/start";
import { openSandboxClock, type SandboxClock } from "#sandbox/clock/sandbox-clock";
import { type BotProcess, runGolive, startBot } from "#sandbox/demo/bot-process";
import { OBSERVATIONS_TOKEN, writePacedConfigs } from "#sandbox/demo/paced-configs";
import { SERVICE } from "#sandbox/demo/populate";
import type { DemoDatabases } from "#sandbox/demo/sources";
import { assertSuperuser, dropDatabase, ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { createStore } from "#sandbox/rag/rag-store";
import { SERVICE_VARIABLES, serviceEnvironment } from "#sandbox/rag/service-defaults";
import { readSource } from "#sandbox/rag-service/source";
import { type LocalRagService, startRagService } from "#sandbox/rag-service/start";
import { harborDocs } from "#sandbox/slack/people";
import { readManifest } from "#sandbox/slack/read-manifest";
import { type LocalSlack, startSlack } from "#sandbox/slack/start";
import type { Intake } from "#sandbox/traffic/post-observations";

export type House = {
  readonly slack: LocalSlack;
  /** The RAG store's connection string, as its own superuser: the sandbox ingests with it. */
  readonly ragUrl: string;
  /** The models, and the RAG service that reads with one of them. */
  readonly bedrock: LocalBedrock;
  readonly ragService: LocalRagService;
  readonly bot: () => BotProcess;
  /** What time it is for Golive. */
  readonly clock: SandboxClock;
  /** Where observations of the RAG service's requests are brought. */
  readonly intake: Intake;
  /** `golive …` with the demo's environment. */
  golive(words: readonly string[]): ReturnType<typeof runGolive>;
  /** What `golive` needs in a shell of one's own. Holds secrets of the demo only. */
  readonly env: Readonly<Record<string, string>>;
  /** Kills the bot and starts it again. */
  restartBot(how: "stop" | "kill"): Promise<void>;
  stop(): Promise<void>;
};

export type HouseOptions = {
  readonly root: string;
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly socket: boolean;
  /** A superuser's URL to use instead of the embedded Postgres. */
  readonly databaseUrl: string | null;
  /** Default: `golive` and `rag`. */
  readonly databases?: DemoDatabases;
  /** A folder with another configuration than `configs/`. */
  readonly configs?: string;
  /** The questions that the configuration's dataset stands for. Default: those of the demo's own corpus. */
  readonly gold?: string | null;
  /** Whether releases evaluate their candidates with these questions. Default: no. */
  readonly evaluates?: boolean;
  /** Whether its services have nights. Default: no. */
  readonly nights?: boolean;
  readonly say: (line: string) => void;
};

/** Postgres, two databases with their roles, the models, the RAG service, the local Slack, and the product as a process of its own. LIFO shutdown. */
export async function buildHouse(options: HouseOptions): Promise<House> {
  const releasers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const release of releasers.splice(0).reverse()) await release();
  };
  try {
    return await build(options, releasers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  {
    root,
    dataDir,
    fresh,
    socket,
    databaseUrl,
    databases,
    configs,
    gold,
    evaluates = false,
    nights = false,
    say,
  }: HouseOptions,
  releasers: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<House> {
  await mkdir(dataDir, { recursive: true });
  let adminUrl = databaseUrl;
  if (adminUrl === null) {
    const folder = join(dataDir, "postgres");
    say("starting Postgres");
    const postgres = await startPostgres({ dataDir: folder });
    releasers.push(() => postgres.stop());
    if (postgres.movedFrom !== null) say(movedSentence(postgres.movedFrom, postgres.port));
    adminUrl = postgres.url;
  }
  await assertSuperuser(adminUrl);
  await ensureRoles(adminUrl);
  const names = databases ?? { golive: "golive", rag: "rag" };
  if (fresh) for (const database of Object.values(names)) await dropDatabase(adminUrl, database);
  const golive = await ensureDatabase(adminUrl, names.golive);
  const rag = await ensureDatabase(adminUrl, names.rag);
  await createStore(rag.adminUrl, { grantTo: "golive_app", scratch: true });

  // What a model takes is most of what an answer takes, as in life: how busy this machine is shows less.
  const bedrock = await startBedrock({ latencyMs: 40 });
  releasers.push(() => bedrock.stop());
  const storeUrl = rag.appUrl;
  const pools = join(dataDir, "few-shot");
  if (fresh) await rm(pools, { recursive: true, force: true });
  await mkdir(pools, { recursive: true });
  const ragService = await startRagService({
    storeUrl,
    service: SERVICE,
    bedrock: { endpoint: bedrock.url, region: bedrock.region },
    variables: SERVICE_VARIABLES,
    source: await readSource(),
    pools,
  });
  releasers.push(() => ragService.stop());

  const signingSecret = randomBytes(16).toString("hex");
  const botToken = `xoxb-sandbox-${randomBytes(12).toString("hex")}`;
  const appToken = `xapp-sandbox-${randomBytes(12).toString("hex")}`;
  const { commands, scopes, events } = await readManifest(join(root, "manifest.yml"));
  const seed = { ...harborDocs(), commands };
  const mode = socket ? "socket" : "http";
  const slack = await startSlack({ signingSecret, botToken, appToken, mode, seed, scopes, events });
  releasers.push(() => slack.stop());

  const backups = join(dataDir, "backups");
  if (fresh) await rm(backups, { recursive: true, force: true });
  const logFile = join(dataDir, "bot.log");
  const port = await freePort();
  // In Socket Mode nothing listens for observations unless a port is set aside for them.
  const machinePort = socket ? await freePort() : port;
  const clock = await openSandboxClock(join(dataDir, "clock.json"), { fresh });
  const intake = { url: `http://127.0.0.1:${machinePort}`, token: randomBytes(24).toString("hex") };
  const env: Record<string, string> = {
    ...serviceEnvironment(storeUrl, { url: ragService.url, bedrock: bedrock.url }),
    DATABASE_URL: golive.appUrl,
    SLACK_BOT_TOKEN: botToken,
    SLACK_API_URL: slack.apiUrl,
    // Loopback only: a demo is nobody else's business.
    HOST: "127.0.0.1",
    PORT: String(port),
    ...(socket ? { METRICS_PORT: String(machinePort) } : {}),
    GOLIVE_CLOCK_FILE: clock.file,
    [OBSERVATIONS_TOKEN]: intake.token,
    LOG_LEVEL: "info",
    GOLIVE_CONFIG: await writePacedConfigs({
      from: configs ?? join(root, "configs"),
      to: join(dataDir, "configs"),
      gold: gold ?? join(root, "sandbox/corpus/gold.jsonl"),
      evaluates,
      observed: true,
      nights,
      backups,
      pools,
    }),
    ...(socket ? { SLACK_APP_TOKEN: appToken } : { SLACK_SIGNING_SECRET: signingSecret }),
  };
  say("migrating");
  const migrated = await runGolive(root, { ...env, DATABASE_OWNER_URL: golive.ownerUrl }, ["migrate"]);
  if (migrated.code !== 0) throw new Error(`golive migrate failed:\n${migrated.err}`);

  if (!socket) slack.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  say("starting the bot");
  let bot = startBot(root, env, logFile);
  releasers.push(() => bot.stop());
  await bot.ready();
  return {
    slack,
    ragUrl: rag.adminUrl,
    bedrock,
    ragService,
    env,
    bot: () => bot,
    clock,
    intake,
    golive: (words) => runGolive(root, env, words),
    async restartBot(how) {
      await bot[how]();
      bot = startBot(root, env, logFile);
      await bot.ready();
    },
    stop,
  };
}

function movedSentence(from: number, to: number): string {
  return `Postgres moved from port ${from}, where another program is by now, to ${to}: the manifest of a release that is open names the old one, cancel it and start it again`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
