import { z } from "zod";
import { type CanaryStatus, canaryStatus } from "#sandbox/demo/canary-status";
import { ROLL_BACK_AFTER_MIN } from "#sandbox/demo/paced-configs";
import { breachMessages, passTime, TWO_DAYS_H } from "#sandbox/demo/pass-time";
import { type Live, readLive } from "#sandbox/demo/populate";
import { readableText } from "#sandbox/demo/read-blocks";
import { expectThat, name, RELEASE, ROSA, type SceneContext } from "#sandbox/demo/scenes";
import { type Spoiler, spoil } from "#sandbox/demo/spoilers";
import type { GoldCase } from "#sandbox/rag/gold";
import type { Json } from "#sandbox/slack/model";
import type { Played } from "#sandbox/traffic/play-traffic";

/** How often a command is run to see whether something has happened: each is a process of its own. */
const LOOK_MS = 1_000;
const INCIDENT_MS = 180_000;
const SPOILED_AT_H = 10;
/** Minutes in which people can hold a rollback, and one more. */
const HOLD_MIN = ROLL_BACK_AFTER_MIN + 1;

/** The canary of what was just cut over: it begins by itself. */
export async function beginCanary(context: SceneContext, run: string): Promise<CanaryStatus> {
  const is = ({ standing, candidate }: CanaryStatus) => standing === "watching" && candidate.run === run;
  const begun = await untilCanary(context, "the canary to begin", is);
  context.stage.tell("story", `canary #${begun.number} watches ${run} against ${begun.baseline.run}`);
  return begun;
}

/** Two days of a candidate that is as good as what it replaced, to the end: a pass, or people decide. */
export async function passCanary(context: SceneContext, gold: readonly GoldCase[], run: string): Promise<string> {
  const { stage, house } = context;
  stage.tell("story", "two days of its users begin to pass");
  const played = await passTime(house, { gold, hours: TWO_DAYS_H, goOn: () => true });
  tellTraffic(context, played);
  const over = await untilCanary(context, "the canary's window to be over", ({ standing }) => standing !== "watching");
  tellKpis(context, over);
  expectThat(stage, `${over.hours} of ${over.of} hours had data on both arms`, over.hours >= over.of);
  expectThat(stage, "nobody was alarmed: no KPI is in breach", over.breaches.length === 0);
  if (over.standing === "ended") {
    expectThat(stage, "the canary has passed by itself", over.ended?.as === "passed");
  } else {
    stage.tell("golive canary status", over.reasons.join("\n"));
    expectThat(stage, `the verdict is ${over.verdict}: people decide`, over.verdict === "inconclusive");
    await stage.command(
      ROSA,
      RELEASE,
      "/canary promote two days without a breach; the gold set is too small to prove more",
    );
    await stage.answer(ROSA, RELEASE);
    const ended = await untilCanary(context, "the canary to be ended", ({ standing }) => standing === "ended");
    expectThat(
      stage,
      "Rosa has promoted it, with her reason",
      ended.ended?.as === "promoted" && ended.ended.by === ROSA,
    );
  }
  const live = await readLive(house.ragUrl);
  expectThat(stage, `${run} stays live`, live?.run === run);
  return over.standing === "ended" ? "the canary passed" : `the canary was ${over.verdict}, and promoted by people`;
}

/** A candidate that goes bad on its first evening: found, told with its chart, and rolled back by itself. */
export async function breachCanary(
  context: SceneContext,
  gold: readonly GoldCase[],
  run: string,
  before: NonNullable<Live>,
  spoiler: Spoiler,
): Promise<string> {
  const { stage, house } = context;
  await beginCanary(context, run);
  const known = breachMessages(house, RELEASE, ROSA);
  let spoiledAt: number | null = null;
  const played = await passTime(house, {
    gold,
    hours: TWO_DAYS_H,
    async goOn(hours) {
      if (hours >= SPOILED_AT_H && spoiledAt === null) {
        spoiledAt = hours;
        await spoil(house, spoiler);
        stage.tell("story", `hour ${Math.round(hours)}: ${run} is spoiled. ${spoiler.about}`);
      }
      return breachMessages(house, RELEASE, ROSA) <= known;
    },
  });
  tellTraffic(context, played);
  const message = await stage.see(ROSA, RELEASE, /🛑 .+ in the canary of /);
  stage.tell("Golive", readableText(message.blocks));
  expectThat(stage, "the breach has its chart", message.blocks.some(isChart));
  const found = await untilCanary(context, "the breach", ({ breaches }) => breaches.length > 0);
  tellKpis(context, found);
  const kpis = found.breaches.map(({ kpi }) => kpi);
  expectThat(
    stage,
    `${spoiler.kpi} is in breach, found after ${Math.round(found.hours)} hours`,
    kpis.includes(spoiler.kpi),
  );
  expectThat(stage, "nothing was found before it was spoiled", found.hours >= SPOILED_AT_H);

  stage.tell("story", `nobody holds the rollback for ${HOLD_MIN} minutes`);
  await house.clock.holdAt(house.clock.now() + HOLD_MIN * 60_000);
  await house.clock.asUsual();
  const live = await stage.until("the pointer to go back", async () => {
    const now = await readLive(house.ragUrl);
    return name(now) === name(before) ? now : null;
  });
  expectThat(stage, `Golive rolled back by itself: the RAG store points to ${name(live)}`, true);
  house.ragService.behave();
  const ended = await untilCanary(context, "the canary to end", ({ standing }) => standing === "ended");
  expectThat(stage, `the canary ended as ${ended.ended?.as}`, ended.ended?.as === "rolled-back");
  await tellIncident(context, spoiler);
  await stage.command(ROSA, RELEASE, "/golive start");
  const refused = await stage.answer(ROSA, RELEASE);
  expectThat(stage, "go-lives are locked until the root cause is written down", /locked/i.test(refused));
  return `${spoiler.kpi} in breach after ${Math.round(found.hours)} hours, rolled back: ${before.run} is live again`;
}

/** The rollback's document is written when its smoke questions and its proof are done. */
async function tellIncident({ stage, house }: SceneContext, { kpi }: Spoiler): Promise<void> {
  const incident = await stage.until(
    "the incident's document",
    async () => {
      const { out } = await house.golive(["incident", "list", "--json"]);
      return incidentsSchema.parse(JSON.parse(out)).incidents[0] ?? null;
    },
    INCIDENT_MS,
  );
  const { out } = await house.golive(["incident", "show", incident.id]);
  stage.tell("golive incident list", `${incident.id}  ${incident.title}`);
  // Markdown escapes the underscores of names.
  const text = out.replaceAll("\\", "");
  expectThat(stage, `the incident's document tells of ${kpi}`, text.includes(kpi));
}

const incidentsSchema = z.object({ incidents: z.array(z.object({ id: z.string(), title: z.string() })) });

const isChart = (block: Json): boolean =>
  typeof block === "object" &&
  block !== null &&
  "type" in block &&
  ["data_visualization", "image"].includes(String(block.type));

/** Looks with `golive canary status --json` until it is so. */
async function untilCanary(
  { stage, house }: SceneContext,
  what: string,
  is: (canary: CanaryStatus) => boolean,
): Promise<CanaryStatus> {
  let looked = Number.NEGATIVE_INFINITY;
  return stage.until(what, async () => {
    if (performance.now() - looked < LOOK_MS) return null;
    const canary = await canaryStatus(house);
    looked = performance.now();
    return canary !== null && is(canary) ? canary : null;
  });
}

function tellTraffic({ stage }: SceneContext, { hours, sent, really }: Played): void {
  const late = `${sent.late} of them late`;
  stage.tell(
    "story",
    `${Math.round(hours)} hours have passed: ${sent.accepted} requests on both arms (${late}); ${really} were really made, the others drawn from them`,
  );
}

/** A line for each KPI that has numbers. */
function tellKpis({ stage }: SceneContext, { kpis, questions }: CanaryStatus): void {
  const lines = kpis.map(({ id, standing, value, baseline, n }) => {
    const against = value === null ? "" : ` ${figure(value)}${baseline === null ? "" : ` against ${figure(baseline)}`}`;
    return `${id}: ${standing}${against} (${n})`;
  });
  stage.tell(
    "golive canary status",
    [...lines, `questions of the gold set asked: ${questions.asked} of ${questions.of}`].join("\n"),
  );
}

const figure = (value: number): string => String(Math.round(value * 1_000) / 1_000);
