import { fileURLToPath } from "node:url";
import { type DemoArguments, parseDemoArguments, USAGE } from "#sandbox/demo/arguments";
import { playStory } from "#sandbox/demo/autopilot";
import { canaryControls } from "#sandbox/demo/canary-controls";
import { evaluateLive } from "#sandbox/demo/evaluate-live";
import { demoExtras } from "#sandbox/demo/extras";
import { buildHouse, type House } from "#sandbox/demo/house";
import { nightControls } from "#sandbox/demo/night-controls";
import { ensureCandidate, ensureFirstRun, ensureLiveRun } from "#sandbox/demo/populate";
import { probeSentence } from "#sandbox/demo/probe-sentence";
import { readSources, SourceError, type Sources } from "#sandbox/demo/sources";
import type { Line } from "#sandbox/demo/stage";
import { startPage } from "#sandbox/page/start-page";

const root = fileURLToPath(new URL("..", import.meta.url));
const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  let options: DemoArguments;
  let sources: Sources;
  try {
    const parsed = parseDemoArguments(process.argv.slice(2), root);
    if (parsed === "help") {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    options = parsed;
  } catch (error) {
    note(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  try {
    sources = await readSources(options);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    note(error.message);
    return 2;
  }
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  const databaseUrl = process.env.DATABASE_URL ?? null;
  const { databases, own: evaluates } = sources;
  const say = (line: string): void => note(`… ${line}`);
  const nights = options.story === "night" || !options.autopilot;
  const house = await buildHouse({ root, ...options, databases, evaluates, nights, databaseUrl, say });
  try {
    return options.autopilot
      ? await autopilot(house, options, sources)
      : await interactive(house, options, sources, stopped);
  } finally {
    await house.stop();
  }
}

async function autopilot(house: House, options: DemoArguments, sources: Sources): Promise<number> {
  const print = (line: Line): void =>
    void process.stdout.write(`${line.at.slice(11, 19)}  ${line.who}\n${line.what.replaceAll(/^/gm, "          ")}\n`);
  const result = await playStory(house, options.story, sources, options.json ? () => undefined : print);
  if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return result.ok ? 0 : 1;
}

async function interactive(
  house: House,
  options: DemoArguments,
  { corpus, gold, users, own }: Sources,
  stopped: Promise<void>,
): Promise<number> {
  note("… ingesting");
  if (options.story === "first") await ensureFirstRun(house.ragUrl, corpus);
  else {
    await ensureLiveRun(house.ragUrl, corpus);
    await ensureCandidate(house.ragUrl, corpus);
  }
  const page = await startPage({
    world: house.slack.workspace,
    hands: house.slack.hands,
    port: options.port,
    extras: demoExtras(house.ragUrl, corpus, {
      now: house.clock.now,
      controls: [...canaryControls(house, users, (sentence) => note(`… ${sentence}`)), ...nightControls(house)],
    }),
  });
  process.stdout.write(`\nGolive's demo is running: ${page.url}\n\n`);
  process.stdout.write(
    "You are Rosa Lind, the release manager. Type /golive start in #release. Ctrl-C ends the demo.\n",
  );
  let over = false;
  if (own && options.story !== "first") {
    // Nobody waits for it either: the first release asks as many questions itself.
    void evaluateLive(house)
      .catch(
        (error: unknown) => `what is live could not be evaluated: ${error instanceof Error ? error.message : error}`,
      )
      .then((sentence) => (over || sentence === null ? undefined : note(`… ${sentence}`)));
  }
  if (gold !== null) {
    // A large corpus takes a minute; nobody waits for it, and what it says after the end is no news.
    void probeSentence(house.ragUrl, gold)
      .catch((error: unknown) => `the retrieval probe could not run: ${error instanceof Error ? error.message : error}`)
      .then((sentence) => (over ? undefined : note(`… ${sentence}`)));
  }
  const botEnded = house.bot().ended.then(() => "bot" as const);
  const why = await Promise.race([stopped.then(() => "asked" as const), botEnded]);
  over = true;
  await page.stop();
  if (why === "bot") note("The bot's process ended by itself; its last words are above.");
  return why === "bot" ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    note(`The demo could not run: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  },
);
