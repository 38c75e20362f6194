import { type LocalTime, nextAt } from "#sandbox/demo/next-night";
import { readableText } from "#sandbox/demo/read-blocks";
import { expectThat, RELEASE, ROSA, type SceneContext } from "#sandbox/demo/scenes";
import { SPOILERS, spoil } from "#sandbox/demo/spoilers";
import type { SandboxMessage } from "#sandbox/slack/model";

export const MILA = "U0MILA";
const SMOKE: LocalTime = { time: "02:30" };
const WEEKLY: LocalTime = { time: "04:00", weekday: "Sun" };
const MORNING: LocalTime = { time: "08:00" };
/** A night's work, on a machine that does other things too. */
const WORK_MS = 600_000;

/** Nights of a live service: one that is quiet, one that is loud, a Sunday with its cause and what to do, and the mornings. */
export async function playNights(context: SceneContext): Promise<string> {
  await quietNight(context);
  await morning(context, "a quiet one");
  const run = await loudNight(context);
  const sunday = await sundayNight(context);
  context.house.ragService.behave();
  context.stage.tell("story", `${run} answers as it should again`);
  await morningAfter(context);
  return `smoke green, spoiled and red with its cases; ${sunday}; told in the morning, and on Mila's Home`;
}

/** Smoke passes, and nobody is disturbed: a line in the thread of the week's message. */
async function quietNight(context: SceneContext): Promise<void> {
  const { stage } = context;
  const line = await sleepUntil(context, SMOKE, /pass · Smoke #\d+: /);
  const week = await stage.see(ROSA, RELEASE, /week \d+ of \d{4}/);
  stage.tell("Golive", readableText(week.blocks));
  expectThat(stage, "the green night is one line in the week's thread", line.threadTs === week.ts);
}

/** Somebody spoils what is live in the evening. */
async function loudNight(context: SceneContext): Promise<string> {
  const { stage, house } = context;
  const spoiler = SPOILERS.constant;
  const run = await spoil(house, spoiler);
  if (run === null) throw new Error("nothing is live that could be spoiled: add --fresh");
  stage.tell("story", `${run} is spoiled. It answers everything with the same sentence`);
  const loud = await sleepUntil(context, SMOKE, /fail · Smoke #\d+/);
  expectThat(stage, "the red night is told in the channel, not in a thread", loud.threadTs === null);
  expectThat(stage, "with the cases that failed", /gold-|q\d+|\?/.test(readableText(loud.blocks)));
  return run;
}

/** Every question is asked, the cause is named, and somebody works through its card. */
async function sundayNight(context: SceneContext): Promise<string> {
  const { stage } = context;
  const weekly = await sleepUntil(context, WEEKLY, /Weekly evaluation/);
  expectThat(stage, "the weekly evaluation has a message of its own", weekly.threadTs === null);
  return "the week's cause is named";
}

async function morning(context: SceneContext, what: string): Promise<SandboxMessage> {
  const digest = await sleepUntil(context, MORNING, /this morning/);
  expectThat(context.stage, `the morning is told: ${what}`, digest.threadTs === null);
  return digest;
}

async function morningAfter(context: SceneContext): Promise<void> {
  const { stage } = context;
  const digest = readableText((await morning(context, "with what ran, and what waits for whom")).blocks);
  expectThat(stage, "it says that smoke failed", /fail · Smoke/.test(digest));
  const home = await stage.home(MILA, /Waiting on you/);
  expectThat(stage, "Mila's Home says what is live and what runs next", /Live: .*[\s\S]*Next: /.test(home));
}

/** Time leaps to the next such moment, and passes as usual when what was to be seen is there: only news counts. */
async function sleepUntil({ stage, house }: SceneContext, local: LocalTime, pattern: RegExp): Promise<SandboxMessage> {
  const { clock, slack } = house;
  const known = new Set(slack.workspace.messages(RELEASE, ROSA).map(versionOf));
  await clock.holdAt(nextAt(clock.now(), local));
  await clock.asUsual();
  stage.tell("story", `it is ${local.weekday ?? "the next day"}, ${local.time}`);
  const seen = await stage.until(
    `a new message like ${pattern.source}`,
    () =>
      slack.workspace
        .messages(RELEASE, ROSA)
        .findLast((message) => !known.has(versionOf(message)) && pattern.test(wordsOf(message))) ?? null,
    WORK_MS,
  );
  stage.tell("Golive", wordsOf(seen));
  return seen;
}

const wordsOf = ({ text, blocks }: SandboxMessage): string => (blocks.length > 0 ? readableText(blocks) : text);
/** A message that reads differently by now is news. */
const versionOf = (message: SandboxMessage): string => `${message.ts} ${wordsOf(message)}`;
