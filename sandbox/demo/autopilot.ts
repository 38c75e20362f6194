import type { StoryName } from "#sandbox/demo/arguments";
import { beginCanary, breachCanary, passCanary } from "#sandbox/demo/canary-scenes";
import { evaluateLive } from "#sandbox/demo/evaluate-live";
import type { House } from "#sandbox/demo/house";
import { playNights } from "#sandbox/demo/night-scenes";
import { ensureFirstRun, ensureLiveRun, ingestNext, readLive } from "#sandbox/demo/populate";
import { probeSentence } from "#sandbox/demo/probe-sentence";
import {
  blockedCandidate,
  cancelLeftOver,
  collectSignOffs,
  cutOver,
  lookAround,
  ROSA,
  rollBack,
  type SceneContext,
  startRelease,
} from "#sandbox/demo/scenes";
import type { Sources } from "#sandbox/demo/sources";
import { SPOILERS } from "#sandbox/demo/spoilers";
import { createStage, type Line } from "#sandbox/demo/stage";

export type StoryResult = {
  readonly ok: boolean;
  readonly story: string;
  /** How it ended, or the reason why it did not end as scripted. */
  readonly ended: string;
  readonly live: { readonly run: string; readonly config: string } | null;
  readonly seconds: number;
  readonly transcript: readonly Line[];
};

/** Plays the whole story through the local Slack. `onLine` gets each line as it happens. Never throws. */
export async function playStory(
  house: House,
  story: StoryName,
  { corpus, gold, users, own }: Omit<Sources, "databases">,
  onLine: (line: Line) => void,
): Promise<StoryResult> {
  const began = performance.now();
  const stage = createStage(house.slack.workspace, house.slack.hands, onLine);
  const context = { stage, house, corpus };
  let ok = true;
  let ended: string;
  try {
    ended = await play(context, story, { gold, users, own });
  } catch (error) {
    ok = false;
    ended = error instanceof Error ? error.message : String(error);
  }
  stage.tell("story", ok ? `ended as scripted: ${ended}` : `did NOT end as scripted: ${ended}`);
  const live = await readLive(house.ragUrl);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  return { ok, story, ended, live, seconds, transcript: stage.transcript };
}

async function play(
  context: SceneContext,
  story: StoryName,
  { gold, users, own }: Pick<Sources, "gold" | "users" | "own">,
): Promise<string> {
  const { stage, house, corpus } = context;
  await cancelLeftOver(context);
  if (story === "first") {
    const run = await ensureFirstRun(house.ragUrl, corpus);
    if (run === null) throw new Error("the first go-live needs a fresh demo: add --fresh");
    stage.tell("story", `${run.run} is ingested (${run.chunks} chunks); no pointer exists yet`);
    const adopted = await house.golive(["run", "adopt", run.run, "--as", ROSA]);
    stage.tell("golive run adopt", (adopted.out + adopted.err).trim());
    await startRelease(context, "");
    await collectSignOffs(context, true);
    await cutOver(context, run.run);
    await lookAround(context);
    return `live: ${run.run}, the first ever`;
  }
  const live = await ensureLiveRun(house.ragUrl, corpus);
  if (live !== null) stage.tell("story", `${live.run} is live: ${live.chunks} chunks of ${corpus}`);
  if (own) {
    const baseline = await evaluateLive(house);
    if (baseline !== null) stage.tell("story", baseline);
  }
  if (story === "night") return playNights(context);
  if (story !== "breach") await blockedCandidate(context);
  if (story === "blocked") return "blocked: prefix-leakage, pointer untouched";
  const candidate = await ingestNext(house.ragUrl, corpus);
  stage.tell("story", `${candidate.run} is ingested: ${candidate.chunks} chunks, clean`);
  if (gold !== null) stage.tell("story", await probeSentence(house.ragUrl, gold));
  await startRelease(context, "");
  await collectSignOffs(context, false);
  const before = await readLive(house.ragUrl);
  await cutOver(context, candidate.run);
  if (story === "rollback" && before !== null) {
    await rollBack(context, before);
    return `rolled back: ${before.run} is live again, go-lives are locked`;
  }
  if (story === "breach") {
    if (users === null || before === null)
      throw new Error("the breach needs somebody who asks: add --gold, and --fresh");
    return breachCanary(context, users, candidate.run, before, SPOILERS.slow);
  }
  if (users !== null) await beginCanary(context, candidate.run);
  await lookAround(context);
  if (users === null) return `live: ${candidate.run}`;
  return `live: ${candidate.run}; ${await passCanary(context, users, candidate.run)}`;
}
