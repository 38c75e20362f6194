import { chmod, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BotProcess, startBot } from "#sandbox/demo/bot-process";
import { buildHouse, type House } from "#sandbox/demo/house";
import { ensureLiveRun, ingestNext, type Live, readLive } from "#sandbox/demo/populate";
import { RELEASE, ROSA } from "#sandbox/demo/scenes";
import { createStage, type Stage } from "#sandbox/demo/stage";
import { databaseUrls } from "#sandbox/postgres/databases";
import { freePort } from "#sandbox/postgres/postmaster";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { type Facts, readFacts } from "#test/kill/facts";
import { type Hold, holdBack, holdCommitOf, makeCommitsStoppable } from "#test/kill/hold";
import { HOME_PREFIX } from "#test/kill/sweep";
import { makeHome } from "#test/support/global-postgres";

/** The product as its own process, with a database and a Slack of this file alone, and hands to kill it with. */
export type KillHouse = {
  readonly house: House;
  readonly stage: Stage;
  readonly facts: Facts;
  /** Ingests the next run, which can go live. */
  candidate(): Promise<string>;
  live(): Promise<Live>;
  /** Every commit in the journal that records an event of this type waits from now on. */
  holdEvent(type: string): Promise<Hold>;
  /** Every commit of a flip in the store waits from now on. */
  holdFlip(): Promise<Hold>;
  /** Runs a locking statement in the RAG store's database and keeps its locks. */
  holdInStore(sql: string): Promise<Hold>;
  /** Lets go of everything that is still held: a story that failed must not stop the next one. A failed one is told. */
  endStory(failed: boolean): Promise<void>;
  /** Changes something in the RAG store, past the program. */
  inStore(sql: string): Promise<void>;
  /** kill -9, without a word. */
  kill(): Promise<void>;
  /** Starts the bot again after its death. */
  restart(): Promise<void>;
  /** Another bot process on the same databases and Slack, with a port of its own. Stopped with the house. */
  secondBot(): Promise<BotProcess>;
  /** From now on Slack talks to the bot on this port. */
  talkTo(which: "first" | "second"): void;
  /** kill -9 of the database server with everything it was doing. */
  killPostgres(): Promise<void>;
  startPostgresAgain(): Promise<void>;
  close(): Promise<void>;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
export const CORPUS = join(root, "sandbox/corpus");

export async function openKillHouse(): Promise<KillHouse> {
  const home = await makeHome(HOME_PREFIX);
  // The server may run as another user than we do (root's case) and must be able to pass.
  await chmod(home, 0o755);
  const dataDir = join(home, "data");
  let postgres = await startPostgres({ dataDir });
  const { port, url, dataDir: folder } = postgres;
  const options = { root, dataDir: home, fresh: false, socket: false, databaseUrl: url, say: () => undefined };
  const house = await buildHouse(options).catch(async (error: unknown) => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
    throw error;
  });
  const goliveUrl = databaseUrls(url, "golive").adminUrl;
  const { ragUrl } = house;
  await makeCommitsStoppable(goliveUrl, ragUrl);
  await ensureLiveRun(ragUrl, CORPUS);
  const facts = readFacts(goliveUrl, ragUrl);
  const firstUrl = eventsUrl(Number(house.env.PORT));
  let second: { readonly bot: BotProcess; readonly url: string } | null = null;

  const holds: Hold[] = [];
  const keep = async (made: Promise<Hold>): Promise<Hold> => {
    const hold = await made;
    holds.push(hold);
    return hold;
  };

  return {
    house,
    facts,
    stage: createStage(house.slack.workspace, house.slack.hands, () => undefined),
    candidate: async () => (await ingestNext(ragUrl, CORPUS)).run,
    live: () => readLive(ragUrl),
    holdEvent: (type) => keep(holdCommitOf(goliveUrl, type)),
    holdFlip: () => keep(holdCommitOf(ragUrl, "ledger flipped")),
    holdInStore: (sql) => keep(holdBack(ragUrl, sql)),
    async endStory(failed) {
      if (failed) await tellWhatHappened(house, facts, home);
      for (const hold of holds.splice(0)) await hold.release();
    },
    inStore: async (sql) => (await holdBack(ragUrl, sql)).release(),
    kill: () => house.bot().kill(),
    restart: () => house.restartBot("kill"),
    async secondBot() {
      const free = await freePort();
      const bot = startBot(root, { ...house.env, PORT: String(free) }, join(home, "second-bot.log"));
      second = { bot, url: eventsUrl(free) };
      await bot.ready();
      return bot;
    },
    talkTo: (which) => house.slack.setRequestUrl(which === "first" ? firstUrl : (second?.url ?? firstUrl)),
    async killPostgres() {
      const pid = Number.parseInt(await readFile(join(folder, "postmaster.pid"), "utf8"), 10);
      process.kill(pid, "SIGKILL");
    },
    async startPostgresAgain() {
      postgres = await startPostgres({ dataDir, port });
    },
    async close() {
      for (const hold of holds) await hold.release();
      await second?.bot.stop();
      await facts.close();
      await house.stop();
      await postgres.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** For whoever reads a red run: where the journal stopped, what Slack said last, what the bot logged last. */
async function tellWhatHappened(house: House, facts: Facts, home: string): Promise<void> {
  const journal = await facts.journal().catch(() => []);
  const said = house.slack.workspace.messages(RELEASE, ROSA).slice(-4);
  const log = await readFile(join(home, "bot.log"), "utf8").catch(() => "");
  const lines = [
    ...journal.slice(-12).map(({ position, stream, type }) => `${position} ${stream} ${type}`),
    ...said.map(({ ephemeralFor, text }) => `${ephemeralFor === null ? "to all" : `only to ${ephemeralFor}`}: ${text}`),
    ...log.trimEnd().split("\n").slice(-12),
  ];
  process.stdout.write(`${lines.map((line) => `    | ${line.slice(0, 800)}`).join("\n")}\n`);
}

const eventsUrl = (port: number): string => `http://127.0.0.1:${port}/slack/events`;
