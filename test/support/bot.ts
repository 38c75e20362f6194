import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Pool } from "pg";
import { expect, vi } from "vitest";
import type { LocalBedrock } from "#sandbox/bedrock/start";
import { type Live, SERVICE } from "#sandbox/demo/populate";
import { findButtons, readableText } from "#sandbox/demo/read-blocks";
import { serviceEnvironment } from "#sandbox/rag/service-defaults";
import type { LocalRagService } from "#sandbox/rag-service/start";
import type { SandboxHands } from "#sandbox/slack/acting/hands";
import type { SandboxMessage, SandboxView } from "#sandbox/slack/model";
import type { LocalSlack, SlackOptions } from "#sandbox/slack/start";
import { type Bot, type BotOptions, composeBot } from "#src/compose-bot";
import { type Config, loadConfig } from "#src/config/load-config";
import { createLog, type Log } from "#src/log";
import { CANARY_METADATA } from "#src/slack/ids";
import { type Releasers, release, startTestSlack, TOKENS } from "#test/sandbox/bolt-app";
import { type Line, layLine } from "#test/support/line";
import { lean, namedVariables, paced } from "#test/support/named";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { createRagHouse } from "#test/support/rag-house";
import { startServiceBehind } from "#test/support/rag-service-house";

export const RELEASE = "C0RELEASE";
export const [ROSA, MILA, DAN, MEI, OMAR, INES, TOM] = [
  "U0ROSA",
  "U0MILA",
  "U0DAN",
  "U0MEI",
  "U0OMAR",
  "U0INES",
  "U0TOM",
] as const;
export const LIVE_BEFORE: Live = { run: "run-1", config: "v1" };
export const CANDIDATE: Live = { run: "run-2", config: "v1" };

/** Everyone the shipped checklist asks, with what they sign. */
export const SIGNATURES = [
  [DAN, "data-quality"],
  [MILA, "accuracy"],
  [INES, "go-ahead"],
  [TOM, "go-ahead"],
  [OMAR, "team-notified"],
  [OMAR, "dashboards"],
] as const;

/** Patience of a test with a busy machine. A story waits several times. */
const soon = { timeout: 75_000, interval: 40 } as const;
vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000, maxConcurrency: 3 });

/** Reads until the value is accepted; fails with the last value. For hooks too, where `expect.poll` can't be used. */
export async function until<T>(what: string, read: () => T | Promise<T>, accept: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + soon.timeout;
  for (;;) {
    const value = await read();
    if (accept(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`Waited ${soon.timeout} ms for: ${what}. Last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, soon.interval));
  }
}

/** Waits until what is read equals `wanted`, or matches it. Usable in hooks and in concurrent tests. */
export async function eventually<T>(read: () => T | Promise<T>, wanted: T | RegExp): Promise<void> {
  const accept = (value: T) =>
    wanted instanceof RegExp ? wanted.test(String(value)) : isDeepStrictEqual(value, wanted);
  await until(`${wanted instanceof RegExp ? wanted : JSON.stringify(wanted)}`, read, accept);
}

/** A story with a bot of its own, stopped when it is over: such tests may run concurrently. */
export async function withBot(story: (bot: TestBot) => Promise<void>, options: TestBotOptions = {}): Promise<void> {
  const releasers: Releasers = [];
  try {
    await story(await startTestBot(releasers, options));
  } finally {
    await release(releasers);
  }
}

/** One event of the journal, read past the product. */
export type Fact = {
  readonly stream: string;
  readonly type: string;
  readonly by: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export type TestBot = {
  readonly slack: LocalSlack;
  readonly database: TestDatabase;
  readonly rag: TestDatabase;
  /** The governed RAG service, which reads the store past our wire, and the models. */
  readonly ragService: LocalRagService;
  readonly bedrock: LocalBedrock;
  /** The wires to Golive's own database and to the RAG store. */
  readonly lines: { readonly database: Line; readonly rag: Line };
  readonly config: Config;
  /** What the log said, one JSON line each, from `warn` up. */
  readonly log: readonly string[];
  /** A log for further replicas of this bot that goes the same way. */
  readonly quiet: Log;
  command(user: string, text: string, channel?: string): Promise<void>;
  /** Presses a button of the release message, once it is there. `item`: the sign-off it belongs to. */
  press(user: string, label: RegExp, item?: string, hands?: SandboxHands): Promise<void>;
  /** Keeps the release message as it looks now: whoever presses in this copy presses what was drawn then. */
  keepMessage(): { press(user: string, label: RegExp, item?: string): Promise<void> };
  /** Whether the release message offers this button. */
  offers(label: RegExp, item?: string): boolean;
  /** Does something and returns the new answer that this person alone sees. */
  answerTo(user: string, act: () => Promise<unknown>, channel?: string): Promise<string>;
  /** Like `answerTo`, for a "no": the journal, the pointer and the channel must be as they were. */
  refusal(user: string, act: () => Promise<unknown>, channel?: string): Promise<string>;
  /** The window on top of this person's screen. */
  window(user: string): SandboxView | undefined;
  facts(): Promise<readonly Fact[]>;
  /** How many events of this type there are. */
  count(type: string): Promise<number>;
  live(): Promise<Live>;
  /** Messages that everybody sees in the release channel, not in threads, but for those of canaries. */
  posts(): readonly SandboxMessage[];
  /** Those of canaries and of their breaches. */
  canaryPosts(): readonly SandboxMessage[];
  /** All words of the newest release message. */
  message(): string;
  /** Notes in the release's thread. */
  thread(): readonly string[];
  /** What this person got by direct message. */
  direct(user: string): readonly string[];
  /** `/golive start`, and every check has an answer. */
  start(words?: string): Promise<void>;
  /** Every check of the newest release has an answer to the last time it was asked. */
  checked(): Promise<void>;
  /** `/golive rerun`, and the checks it runs again have their answers. Returns what the person was told. */
  rerun(user: string, check: string): Promise<string>;
  /** Gives these sign-offs, each seen in the journal before the next. */
  sign(signatures?: readonly (readonly [user: string, signOff: string])[]): Promise<void>;
};

export type TestBotOptions = {
  readonly mode?: SlackOptions["mode"];
  readonly slack?: Partial<SlackOptions>;
  readonly config?: (config: Config) => Config;
  /** How long the bot waits for Slack. Short only where Slack is to say nothing: a busy machine is slow, too. */
  readonly slackTimeoutMs?: number;
  readonly bot?: Partial<BotOptions>;
  /** A folder in which the RAG service looks for few-shot pools. */
  readonly pools?: string;
};

export async function shippedConfig(): Promise<Config> {
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(`configs/: ${JSON.stringify(loaded.problems)}`);
  // The bots of a test file share one process with everything else in it: what that process takes is not theirs.
  const resources = { ...loaded.config.golive.resources, event_loop_lag_ms: 30_000, rss_mb: 32_768 };
  return { ...loaded.config, golive: { ...loaded.config.golive, resources } };
}

/** The product as `serve` composes it, on two databases of its own and a local Slack over the wire. */
export async function startTestBot(releasers: Releasers, options: TestBotOptions = {}): Promise<TestBot> {
  const mode = options.mode ?? "http";
  const config = (options.config ?? ((same) => same))(lean(paced(await shippedConfig())));
  const [database, rag] = await Promise.all([createTestDatabase(), createRagHouse()]);
  releasers.push(database.drop, rag.drop);
  const eyes = { journal: lookInto(database, releasers), pointer: lookInto(rag, releasers) };
  const lines = { database: await layLine(database.appUrl), rag: await layLine(rag.appUrl) };
  releasers.push(lines.database.close, lines.rag.close);
  const { bedrock, ragService } = await startServiceBehind(
    releasers,
    rag,
    options.pools === undefined ? {} : { pools: options.pools },
  );
  const slack = await startTestSlack(releasers, { mode, eventRetryDelaysMs: [0, 500], ...options.slack });
  const log: string[] = [];
  const quiet = createLog({ level: "warn", secrets: Object.values(TOKENS), write: (line) => void log.push(line) });
  const bot = await composeBot({
    config,
    environment: {
      LOG_LEVEL: "warn",
      GOLIVE_CONFIG: "configs",
      DATABASE_URL: lines.database.url,
      SLACK_BOT_TOKEN: TOKENS.botToken,
      SLACK_API_URL: slack.apiUrl,
      PORT: 0,
      ...(mode === "http" ? { SLACK_SIGNING_SECRET: TOKENS.signingSecret } : { SLACK_APP_TOKEN: TOKENS.appToken }),
    },
    named: namedVariables(config, { store: lines.rag.url, service: ragService.url, bedrock: bedrock.url }),
    variables: serviceEnvironment(lines.rag.url, { url: ragService.url, bedrock: bedrock.url }),
    dev: false,
    log: quiet,
    pace: {
      timeoutMs: options.slackTimeoutMs ?? 8_000,
      painter: { perMessageMs: 30, perUpdateMs: 30, perPostMs: 10, settleMs: 200, pollMs: 200 },
      outbox: { perPostMs: 10, settleMs: 200, pollMs: 200 },
    },
    ...options.bot,
  });
  // Faults end before the bot stops: what it still has to say, it can say.
  releasers.push(() => stopGently(bot, slack, lines));
  await bot.start();
  if (bot.port !== null) slack.setRequestUrl(`http://127.0.0.1:${bot.port}/slack/events`);
  return withWays({ slack, database, rag, bedrock, ragService, lines, config, log, quiet }, eyes);
}

async function stopGently(bot: Bot, slack: LocalSlack, lines: TestBot["lines"]): Promise<void> {
  slack.faults.clear();
  await Promise.all([lines.database.mend(), lines.rag.mend()]);
  await bot.stop();
}

type House = Pick<
  TestBot,
  "slack" | "database" | "rag" | "ragService" | "bedrock" | "lines" | "config" | "log" | "quiet"
>;

/** A connection past the product. It ends before its database is dropped. */
function lookInto({ adminUrl }: TestDatabase, releasers: Releasers): Pool {
  const pool = new Pool({ connectionString: adminUrl, max: 1 });
  // Tests cut every connection there is, these too.
  pool.on("error", () => undefined);
  releasers.push(() => pool.end());
  return pool;
}

function withWays(house: House, eyes: { readonly journal: Pool; readonly pointer: Pool }): TestBot {
  const { slack } = house;
  const { workspace, hands } = slack;

  const all = () =>
    workspace.messages(RELEASE, ROSA).filter((one) => {
      return one.user === workspace.bot.userId && one.threadTs === null && one.ephemeralFor === null;
    });
  const isOfCanary = ({ metadata }: SandboxMessage) => JSON.stringify(metadata).includes(CANARY_METADATA);
  const posts = () => all().filter((one) => !isOfCanary(one));
  const words = (message: SandboxMessage | undefined) =>
    message === undefined ? "" : `${message.text}\n${readableText(message.blocks)}`;
  const message = () => words(posts().at(-1));
  const whispers = (user: string, channel: string) =>
    workspace.messages(channel, user).filter(({ ephemeralFor }) => ephemeralFor === user);
  const button = (label: RegExp, item?: string, shown = posts().at(-1)) => {
    const found = findButtons(shown?.blocks ?? []).find(
      (each) => label.test(each.label) && (item === undefined || each.blockId.endsWith(`:${item}`)),
    );
    return shown === undefined || found === undefined ? null : { at: { channel: RELEASE, ts: shown.ts }, found };
  };
  const facts = () => readFacts(eyes.journal);
  const live = () => readLive(eyes.pointer);
  const count = async (type: string) => {
    const sql = "SELECT count(*)::int AS count FROM golive.journal WHERE type = $1";
    return (await eyes.journal.query<{ count: number }>(sql, [type])).rows[0]?.count ?? 0;
  };

  const ways: TestBot = {
    ...house,
    posts,
    canaryPosts: () => all().filter(isOfCanary),
    message,
    facts,
    count,
    live,
    async command(user, text, channel = RELEASE) {
      const [name = "", ...rest] = text.split(" ");
      const done = await hands.command(user, channel, name, rest.join(" "));
      if (!done.ok) throw new Error(`${text}: ${done.error}`);
    },
    async press(user, label, item, as = hands) {
      await until(
        `a button ${label} ${item ?? ""}`,
        () => button(label, item),
        (found) => found !== null,
      );
      const pressed = button(label, item);
      if (pressed === null) throw new Error(`the button ${label} is gone again`);
      const done = await as.click(user, pressed.at, pressed.found.blockId, pressed.found.actionId);
      if (!done.ok) throw new Error(`${label}: ${done.error}`);
    },
    keepMessage() {
      const shown = posts().at(-1);
      if (shown === undefined) throw new Error("there is no release message to keep");
      const seen = { ...shown };
      const as = hands.as({ seen });
      return {
        async press(user, label, item) {
          const pressed = button(label, item, seen);
          if (pressed === null) throw new Error(`the kept message has no button ${label} ${item ?? ""}`);
          const done = await as.click(user, pressed.at, pressed.found.blockId, pressed.found.actionId);
          if (!done.ok) throw new Error(`${label}: ${done.error}`);
        },
      };
    },
    offers: (label, item) => button(label, item) !== null,
    async answerTo(user, act, channel = RELEASE) {
      const before = whispers(user, channel).length;
      await act();
      await until(
        `an answer to ${user}`,
        () => whispers(user, channel).length,
        (count) => count > before,
      );
      return words(whispers(user, channel)[before]);
    },
    async refusal(user, act, channel) {
      // A canary begins by itself after a go-live, whoever is refused what meanwhile.
      const ofPeople = ({ stream, type }: Fact) => !stream.startsWith("canary/") && type !== "canary-opened";
      const state = async () => ({
        facts: (await facts()).filter(ofPeople),
        live: await live(),
        posts: posts().length,
      });
      const before = await state();
      const said = await ways.answerTo(user, act, channel);
      expect(await state()).toEqual(before);
      return said;
    },
    window: (user) => workspace.views(user).at(-1),
    thread() {
      const ts = posts().at(-1)?.ts;
      return workspace
        .messages(RELEASE, ROSA)
        .filter(({ threadTs }) => ts !== undefined && threadTs === ts)
        .map(words);
    },
    direct: (user) => workspace.messages(`D0${user.slice(1)}`, user).map(words),
    async start(text = "start") {
      const earlier = await count("release-started");
      await ways.command(ROSA, `/golive ${text}`);
      await until(
        "a release",
        () => count("release-started"),
        (releases) => releases === earlier + 1,
      );
      await ways.checked();
    },
    async checked() {
      const asked = house.config.checklist.checks.length;
      await until(
        "an answer of every check",
        async () => answered(await facts()),
        (answers) => answers === asked,
      );
    },
    async rerun(user, check) {
      const told = await ways.answerTo(user, () => ways.command(user, `/golive rerun ${check}`));
      await ways.checked();
      return told;
    },
    async sign(signatures = SIGNATURES) {
      for (const [user, signOff] of signatures) {
        await ways.press(user, /^Sign/, signOff);
        await until(
          `${signOff} by ${user}`,
          async () => standing(await facts(), user, signOff),
          (stands) => stands,
        );
      }
    },
  };
  return ways;
}

/** Checks of the newest release whose last attempt has a result. */
function answered(facts: readonly Fact[]): number {
  const release = facts.findLast((fact) => fact.type === "release-started")?.stream;
  const mine = facts.filter(({ stream }) => stream === release);
  const last = (type: string) =>
    new Map(mine.filter((fact) => fact.type === type).map(({ data }) => [data.check, data.attempt]));
  const finished = last("check-finished");
  return [...last("check-requested")].filter(([check, attempt]) => finished.get(check) === attempt).length;
}

/** Whether this person's newest word about a sign-off is a signature that nothing voided. */
function standing(facts: readonly Fact[], user: string, signOff: string): boolean {
  const about = facts.filter(({ data }) => data.signOff === signOff);
  const newest = about.findLast(({ by, data }) => by === user || JSON.stringify(data.person ?? "").includes(user));
  return newest?.type === "signed";
}

async function readFacts(journal: Pool): Promise<readonly Fact[]> {
  const { rows } = await journal.query<{ body: string }>("SELECT body FROM golive.journal ORDER BY position");
  return rows.map(({ body }) => {
    const { stream, type, by, data } = JSON.parse(body);
    return { stream, type, by: by.id, data };
  });
}

async function readLive(pointer: Pool): Promise<Live> {
  const { rows } = await pointer.query<{ run: string | null; config: string | null }>(
    "SELECT ingest_run_id AS run, config_version AS config FROM rag.active_pointer WHERE service = $1",
    [SERVICE],
  );
  const [row] = rows;
  return row === undefined || row.run === null || row.config === null ? null : { run: row.run, config: row.config };
}

export { SERVICE };
