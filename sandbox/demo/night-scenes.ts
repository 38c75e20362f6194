import { type LocalTime, nextAt } from "#sandbox/demo/next-night";
import { readLive } from "#sandbox/demo/populate";
import { readableText } from "#sandbox/demo/read-blocks";
import { expectThat, name, RELEASE, ROSA, type SceneContext } from "#sandbox/demo/scenes";
import { SPOILERS, spoil } from "#sandbox/demo/spoilers";
import { StoryError } from "#sandbox/demo/stage";
import type { SandboxMessage } from "#sandbox/slack/model";

export const MILA = "U0MILA";
const SMOKE: LocalTime = { time: "02:30" };
const WEEKLY: LocalTime = { time: "04:00", weekday: "Sun" };
const MORNING: LocalTime = { time: "08:00" };
/** A night's work, on a machine that does other things too. */
const WORK_MS = 600_000;

/** Nights of a live service: one that is quiet, one that is loud, a Sunday with its cause and what to do, and the mornings. */
export async function playNights(context: SceneContext): Promise<string> {
  await goToBed(context);
  await quietNight(context);
  await morning(context, "a quiet one");
  const run = await loudNight(context);
  const sunday = await sundayNight(context);
  context.house.ragService.behave();
  context.stage.tell("story", `${run} answers as it should again`);
  const proposed = await proposeExamples(context);
  await morningAfter(context);
  return `smoke green, spoiled and red with its cases; ${sunday}; ${proposed}; told in the morning, and on Mila's Home`;
}

/** Schedules count from the bot's first look at them: a leap before that would miss the night. */
async function goToBed({ stage }: SceneContext): Promise<void> {
  await stage.home(ROSA, /Next: /);
}

/** Smoke passes, and nobody is disturbed: a line in the thread of the week's message. */
async function quietNight(context: SceneContext): Promise<void> {
  const { stage } = context;
  const line = await sleepUntil(context, SMOKE, /^✅ pass · Smoke #\d+: /);
  const week = await stage.see(ROSA, RELEASE, /week \d+ of \d{4}\n✅ pass · Smoke/);
  stage.tell("Golive", wordsOf(week));
  expectThat(stage, "the green night is one line in the week's thread", line.threadTs === week.ts);
}

/** Somebody spoils what is live in the evening. */
async function loudNight(context: SceneContext): Promise<string> {
  const { stage, house } = context;
  const spoiler = SPOILERS.constant;
  const run = await spoil(house, spoiler);
  if (run === null) throw new StoryError("nothing is live that could be spoiled: add --fresh");
  stage.tell("story", `${run} is spoiled. It answers everything with the same sentence`);
  const loud = await sleepUntil(context, SMOKE, /^❌ fail · Smoke #\d+ of /);
  expectThat(stage, "the red night is told in the channel, not in a thread", loud.threadTs === null);
  expectThat(stage, "it shows the questions that went wrong", /Worst of rag-qa\n• \S+ .+\?/.test(wordsOf(loud)));
  return run;
}

/** Every question is asked, the cause is named, and somebody works through its card. */
async function sundayNight(context: SceneContext): Promise<string> {
  const { stage } = context;
  const weekly = await sleepUntil(context, WEEKLY, /^❌ fail · Weekly evaluation #\d+/);
  const words = wordsOf(weekly);
  expectThat(stage, "the weekly evaluation has a message of its own", weekly.threadTs === null);
  expectThat(stage, "it names a cause and a card with what to do", /📋/.test(words));
  const card = /📋 (.+)/.exec(words)?.[1] ?? "";
  await stage.press(MILA, RELEASE, /^Start step$/);
  await stage.see(ROSA, RELEASE, /begun · 1\. [\s\S]*Mila Berg/);
  await stage.press(MILA, RELEASE, /^Done…$/);
  await stage.fillIn(MILA, "Compared ten answers with their context: all are the same sentence, whatever was asked.");
  const done = await stage.see(ROSA, RELEASE, /✅ done · 1\. [\s\S]*Mila Berg [^\n]*: Compared ten answers/);
  expectThat(stage, `a step of "${card}" was begun and done by Mila`, done.ts === weekly.ts);
  return `the week's card "${card}" begun`;
}

/** What the week's searches found better is a proposal, and so is another choice of examples: people decide, nothing is written by itself. */
async function proposeExamples({ stage, house }: SceneContext): Promise<string> {
  const before = await readLive(house.ragUrl);
  await stage.command(ROSA, RELEASE, "/golive run few-shot");
  const made = await stage.see(ROSA, RELEASE, /^Proposal #\d+ · /, WORK_MS);
  stage.tell("Golive", wordsOf(made));
  expectThat(stage, "the proposal can be accepted or declined", stage.offers(ROSA, RELEASE, /^Accept/));
  expectThat(stage, "nothing changed by itself", name(await readLive(house.ragUrl)) === name(before));
  return "other examples proposed";
}

async function morning(context: SceneContext, what: string): Promise<SandboxMessage> {
  const digest = await sleepUntil(context, MORNING, /^support-docs this morning/);
  expectThat(context.stage, `the morning is told: ${what}`, digest.threadTs === null);
  return digest;
}

async function morningAfter(context: SceneContext): Promise<void> {
  const { stage } = context;
  const digest = wordsOf(await morning(context, "with what ran, and what waits for whom"));
  expectThat(
    stage,
    "it says that smoke failed, and what the week came to",
    /❌ fail · Smoke[\s\S]*❌ fail · Weekly/.test(digest),
  );
  expectThat(stage, "it says whose turn the card is", /^Waiting$[\s\S]*✍️ .*nobody works on it.* → /m.test(digest));
  expectThat(stage, "and that a proposal waits", /Accept or decline proposal #\d+/.test(digest));
  const home = await stage.home(MILA, /Waiting on you/);
  expectThat(stage, "Mila's Home says what waits for her first", /^Waiting on you\n✍️ .*nobody works on it/.test(home));
  expectThat(stage, "then what is live, its SLOs and what runs next", /Live: run-[\s\S]*SLOs[\s\S]*Next: /.test(home));
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
