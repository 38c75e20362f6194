import { afterEach, describe, expect, it } from "vitest";
import { setPointer } from "#sandbox/rag/rag-store";
import { breachBar } from "#src/canary/kpi";
import type { KpiReport } from "#src/canary/kpi-report";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import { createDecideCanary } from "#src/canary/use-cases/decide-canary";
import type { CanaryIntent, Look } from "#src/canary/watch/intents";
import type { Config } from "#src/config/load-config";
import { toCanaryResponse } from "#src/config/to-canary-response";
import { listServices, toPolicy } from "#src/config/to-policy";
import type { Pair } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { type Releasers, release, until } from "#test/sandbox/bolt-app";
import { type AppBench, buttonsIn, SERVICE, startApp, whispers } from "#test/slack/app-bench";
import { CHANNEL, callsOf, posted } from "#test/slack/bench";
import { series, sightOf } from "#test/slack-blocks/canary-fixtures";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const eventually = { timeout: 8_000, interval: 20 };
const A: Pair = { run: "run-1", config: "v1" };
const B: Pair = { run: "run-2", config: "v1" };
const ID = "cn_0123456789abcdef";
const REASON = "the reader's key was rotated";

type Bench = AppBench & { readonly now: (intent: CanaryIntent) => Promise<unknown>; readonly config: Config };

/** run-2 went live over run-1, and a canary watches it. F1 is Mila's. */
async function bench(options: Parameters<typeof startApp>[1] = {}): Promise<Bench> {
  let config: Config | null = null;
  const made = await startApp(releasers, {
    ...options,
    config(shipped) {
      const kpis = shipped.canary.kpis.map((kpi) => (kpi.id === "f1" ? { ...kpi, owner: "ml-lead" } : kpi));
      config = { ...shipped, canary: { ...shipped.canary, kpis } };
      return config;
    },
  });
  if (config === null) throw new Error("no configuration");
  const { core } = made;
  await setPointer(made.storeUrl, SERVICE, B);
  const stream = `service/${SERVICE}`;
  const flipped = { type: "pointer-flipped", release: "rel_1", flip: "f1", from: A, to: B } as const;
  const closed = { type: "release-closed", release: "rel_1", as: "live", manifest: null } as const;
  const at = core.clock.now();
  await core.journal.transact(SERVICE, null, [stream], () => ({
    outcome: null,
    events: [flipped, closed].map((event) => ({ stream, at, by: GOLIVE, event })),
    jobs: [],
    repaint: [],
    posts: [],
  }));
  const decide = createDecideCanary(core);
  const now = (intent: CanaryIntent) => decide(SERVICE, ID, null, intent);
  const started = await now(start(config, await core.identity.members(), core.clock.now()));
  expect(started).toMatchObject({ ok: true, events: ["canary-opened", "canary-started"] });
  return { ...made, now, config };
}

function start(
  config: Config,
  members: Awaited<ReturnType<AppBench["core"]["identity"]["members"]>>,
  from: number,
): CanaryIntent {
  const [service] = listServices(config);
  if (service === undefined) throw new Error("no service");
  return {
    type: "start",
    canary: ID,
    service: SERVICE,
    channel: CHANNEL,
    release: "rel_1",
    candidate: B,
    baseline: A,
    policy: config.canary,
    response: toCanaryResponse(service),
    rights: toPolicy(config, service),
    members,
    onCall: service.on_call,
    questions: 130,
    caution: null,
    changes: ["reranker.top_n: 18 → 12"],
    from,
  };
}

/** F1 is proven worse than its threshold. */
function lookOf({ config, core }: Bench): Look {
  const at = core.clock.now();
  const kpis = config.canary.kpis.map((kpi): KpiReport => {
    const breached = kpi.id === "f1";
    return {
      id: kpi.id,
      kpi,
      standing: breached ? "breach" : "unknown",
      value: breached ? 0.56 : null,
      baseline: breached ? 0.61 : null,
      threshold: 0,
      logE: breached ? Math.log(4_000) : null,
      bar: kpi.kind === "zero" ? null : breachBar(kpi.weight, 0.05),
      logHealthy: null,
      firstAlarmAt: breached ? at : null,
      n: breached ? 1_240 : 0,
      detectable: null,
      satisfied: false,
    };
  });
  return {
    report: { verdict: "rollback", kpis, alarms: [], hours: 6, proven: [], unrefuted: [], reasons: [] },
    finding: { bucket: 27, digest: "d1", hours: 6.75 },
    heard: { baseline: at, canary: at },
    over: false,
    worst: { f1: ["gold-17"] },
  };
}

const breach = (made: Bench) => made.now({ type: "watch", look: lookOf(made), members: null });
const watchOf = async ({ core }: Bench) => (await core.canaries.canary(ID))?.canary ?? null;
const factsOf = async ({ core }: Bench) => (await core.journal.load(`canary/${ID}`)).map(({ event }) => event.type);

const type = ({ slack }: AppBench, user: string, text: string, channel = CHANNEL) =>
  slack.hands.command(user, channel, "/canary", text);
const top = ({ slack }: AppBench, user: string) => slack.workspace.views(user).at(-1);
const opened = (made: AppBench, user: string, callback: string) =>
  expect.poll(() => top(made, user)?.view.callback_id, eventually).toBe(callback);
const whisper = (made: AppBench, user: string, channel = CHANNEL) =>
  expect.poll(() => whispers(made.slack, user, channel).at(-1), eventually);
const rootMessage = ({ slack }: AppBench) =>
  posted(slack).find(({ blocks }) => JSON.stringify(blocks).includes("Canary #1 · "));
const breachMessage = ({ slack }: AppBench) =>
  posted(slack).find(({ blocks }) => JSON.stringify(blocks).includes("F1 is below the baseline in the canary"));
const shown = (of: (made: AppBench) => ReturnType<typeof rootMessage>, made: AppBench) =>
  expect.poll(() => JSON.stringify(of(made)?.blocks), eventually);

/** Presses a button of whichever message has it, once it is drawn. */
async function press(made: AppBench, user: string, action: string, about: string | null = null): Promise<void> {
  const { slack } = made;
  const find = () =>
    posted(slack).flatMap(({ ts, blocks }) => buttonsIn(blocks, action, about).map((button) => ({ ts, ...button })))[0];
  await until(`the button ${action}`, () => find() !== undefined, 8_000);
  const button = find();
  if (button === undefined) throw new Error("the message is gone");
  const done = await slack.hands.click(user, { channel: CHANNEL, ts: button.ts }, button.blockId, button.actionId);
  if (!done.ok) throw new Error(done.error);
}

async function submit(made: AppBench, user: string, reason = REASON, hours?: string) {
  await opened(made, user, CALLBACKS.canaryDecide);
  return made.slack.hands.submit(user, top(made, user)?.id ?? "", {
    [INPUT_BLOCKS.reason]: { [INPUTS.reason]: reason },
    ...(hours === undefined ? {} : { [INPUT_BLOCKS.hours]: { [INPUTS.hours]: hours } }),
  });
}

describe.each(["http", "socket"] as const)("over %s", (mode) => {
  it("a breach is one new message that mentions the owner once; holding it edits it, and mentions nobody", async () => {
    const made = await bench({ mode });
    await shown(rootMessage, made).toContain("Watching");
    await breach(made);
    await shown(breachMessage, made).toContain("<@U0MILA>: please look.");
    await shown(rootMessage, made).toContain("1 breach");
    await press(made, "U0OMAR", ACTIONS.canaryHold, "f1");
    expect(await submit(made, "U0OMAR")).toEqual({ ok: true });
    await shown(breachMessage, made).toMatch(/held by Omar Haddad.*the reader's key was rotated/);
    expect(JSON.stringify(breachMessage(made)?.blocks)).not.toContain("<@U0MILA>");
    expect(posted(made.slack)).toHaveLength(2);
    expect(await watchOf(made)).toMatchObject({ held: { by: { id: "U0OMAR" }, reason: REASON } });
  });
});

describe("buttons of a breach", () => {
  it("acknowledge, mute and escalate do it at once, and each once", async () => {
    const made = await bench();
    await breach(made);
    await press(made, "U0OMAR", ACTIONS.canaryEscalate, "f1");
    await expect.poll(async () => (await watchOf(made))?.breaches[0]?.escalated.length, eventually).toBe(1);
    await press(made, "U0OMAR", ACTIONS.canaryMute, "f1");
    await expect.poll(async () => (await watchOf(made))?.breaches[0]?.mutedUntil, eventually).toBeGreaterThan(0);
    expect((await watchOf(made))?.breaches[0]?.acknowledged).not.toBeUndefined();
    const facts = await factsOf(made);
    expect(facts.filter((fact) => fact === "breach-escalated")).toHaveLength(1);
    expect(facts.filter((fact) => fact === "breach-muted")).toHaveLength(1);
  });

  it("a click that Slack delivers twice counts once", async () => {
    const made = await bench({ mode: "socket" });
    await breach(made);
    await shown(breachMessage, made).toContain("Acknowledge");
    made.slack.faults.nextDelivery("interaction", { kind: "duplicate" });
    await press(made, "U0ROSA", ACTIONS.canaryAcknowledge, "f1");
    await shown(breachMessage, made).toContain("acknowledged by Rosa Lind");
    await made.stopApp();
    expect((await factsOf(made)).filter((fact) => fact === "breach-acknowledged")).toHaveLength(1);
    expect(whispers(made.slack, "U0ROSA")).toEqual([]);
  });

  it("Why? opens the explanation, for members alone", async () => {
    const made = await bench();
    await breach(made);
    await press(made, "U0NORA", ACTIONS.canaryWhy, "f1");
    await expect.poll(() => JSON.stringify(top(made, "U0NORA")?.view.blocks), eventually).toContain("A breach");
    await press(made, "U0GUS", ACTIONS.canaryWhy, "f1");
    await expect.poll(() => JSON.stringify(top(made, "U0GUS")?.view.blocks), eventually).toMatch(/you're a guest here/);
  });

  it("whoever may not is told who can, and nothing changes", async () => {
    const made = await bench();
    await breach(made);
    await press(made, "U0NORA", ACTIONS.canaryMute, "f1");
    await whisper(made, "U0NORA").toMatch(/Omar Haddad/);
    await press(made, "U0NORA", ACTIONS.canaryAbort, "f1");
    await submit(made, "U0NORA");
    await whisper(made, "U0NORA").toMatch(/rollback needs the role release-manager or on-call \(Rosa Lind/);
    expect(await watchOf(made)).toMatchObject({ rollback: null, breaches: [{ mutedUntil: null }] });
  });

  it("Roll back shows what changes first, and needs a reason", async () => {
    const made = await bench();
    await breach(made);
    await press(made, "U0OMAR", ACTIONS.canaryAbort, "f1");
    await opened(made, "U0OMAR", CALLBACKS.canaryDecide);
    expect(JSON.stringify(top(made, "U0OMAR")?.view.blocks)).toContain("back to `run-1`");
    await submit(made, "U0OMAR", "short");
    expect(JSON.stringify(top(made, "U0OMAR")?.errors)).toContain("10 characters");
    expect(await submit(made, "U0OMAR")).toEqual({ ok: true });
    await expect
      .poll(async () => (await watchOf(made))?.rollback, eventually)
      .toMatchObject({ why: "person", reason: REASON });
    await shown(rootMessage, made).toContain("Rolling back");
    expect(buttonsIn(rootMessage(made)?.blocks ?? [], ACTIONS.canaryPause)).toEqual([]);
  });
});

describe("buttons of a canary", () => {
  it("pause, resume, extend and promote take a reason, and the message follows", async () => {
    const made = await bench();
    await press(made, "U0OMAR", ACTIONS.canaryPause);
    await submit(made, "U0OMAR");
    await shown(rootMessage, made).toContain("⏸ *Paused* by Omar Haddad");
    await press(made, "U0OMAR", ACTIONS.canaryResume);
    await submit(made, "U0OMAR");
    await shown(rootMessage, made).toContain("Watching");
    await press(made, "U0OMAR", ACTIONS.canaryExtend);
    await submit(made, "U0OMAR", REASON, "200");
    expect(JSON.stringify(top(made, "U0OMAR")?.errors)).toContain("1 to 120");
    await submit(made, "U0OMAR", REASON, "24");
    await shown(rootMessage, made).toContain("of 72 h");
    await press(made, "U0MILA", ACTIONS.canaryPromote);
    await submit(made, "U0MILA");
    await shown(rootMessage, made).toContain("*Ended in favour of the candidate*");
    expect(buttonsIn(rootMessage(made)?.blocks ?? [], ACTIONS.canaryPause)).toEqual([]);
    expect(posted(made.slack)).toHaveLength(1);
    await expect
      .poll(() => threadTexts(made).join("\n"), eventually)
      .toMatch(/began.*paused the canary.*resumed the canary.*extended the canary by 24 h, to 72 h.*Ended in favour/s);
  });
});

describe("/canary", () => {
  it("status answers one person with every KPI; explain with why", async () => {
    const made = await bench();
    await breach(made);
    await type(made, "U0NORA", "status");
    await whisper(made, "U0NORA").toMatch(/Canary #1 of support-docs:.*F1 is in breach/);
    const reply = made.slack.workspace
      .messages(CHANNEL, "U0NORA")
      .findLast(({ ephemeralFor }) => ephemeralFor === "U0NORA");
    expect(JSON.stringify(reply?.blocks)).toMatch(/"table".*🛑 breach.*Would see|Would see.*🛑 breach/s);
    await type(made, "U0NORA", "explain F1");
    await whisper(made, "U0NORA").toMatch(/F1: breach/);
    await type(made, "U0NORA", "explain f2");
    await whisper(made, "U0NORA").toMatch(/no KPI `f2`.*Did you mean `f1`/);
  });

  it("decides what it is told, with the reason typed or asked for", async () => {
    const made = await bench();
    await breach(made);
    await type(made, "U0OMAR", `hold ${REASON}`);
    await whisper(made, "U0OMAR").toMatch(/is held: nothing rolls back by itself/);
    await type(made, "U0OMAR", "acknowledge f1");
    await whisper(made, "U0OMAR").toMatch(/one breach acknowledged/);
    await type(made, "U0OMAR", "mute f1 2");
    await whisper(made, "U0OMAR").toMatch(/one breach muted/);
    await type(made, "U0OMAR", "escalate f1");
    await whisper(made, "U0OMAR").toMatch(/told to the next people/);
    await type(made, "U0OMAR", "extend 12");
    await submit(made, "U0OMAR", REASON, "12");
    await expect.poll(async () => (await watchOf(made))?.extended, eventually).toBe(12);
    await type(made, "U0OMAR", `abort ${REASON}`);
    await whisper(made, "U0OMAR").toMatch(/is rolling back/);
    expect(await watchOf(made)).toMatchObject({ held: { reason: REASON }, rollback: { why: "person" } });
  });

  it("refuses elsewhere, a stranger, hours that may not be, and a KPI that isn't in breach", async () => {
    const made = await bench();
    await breach(made);
    await type(made, "U0OMAR", `hold ${SERVICE} ${REASON}`, "C0GENERAL");
    await whisper(made, "U0OMAR", "C0GENERAL").toMatch(/<#C0RELEASE>/);
    await type(made, "U0GUS", "status");
    await whisper(made, "U0GUS").toMatch(/you're a guest here/);
    await type(made, "U0OMAR", "mute f1 48");
    await whisper(made, "U0OMAR").toMatch(/whole hours from 1 to 24/);
    await type(made, "U0OMAR", "acknowledge precision");
    await whisper(made, "U0OMAR").toMatch(/precision is not in breach/);
    await type(made, "U0OMAR", "stauts");
    await whisper(made, "U0OMAR").toMatch(/Did you mean `\/canary status`/);
    await type(made, "U0OMAR", "help");
    await whisper(made, "U0OMAR").toMatch(/A canary watches a release/);
    expect(await watchOf(made)).toMatchObject({ held: null, breaches: [{ acknowledged: null, mutedUntil: null }] });
  });
});

describe("the messages", () => {
  /** As if the monitor had seen enough for a chart. */
  const charted = (own: CanaryUseCases): CanaryUseCases => ({
    ...own,
    async canary(id) {
      const view = await own.canary(id);
      return view === null ? null : { ...view, sight: sightOf({ series: { f1: series } }) };
    },
  });

  it("a breach is drawn with its chart, and in characters where Slack refuses it", async () => {
    const made = await bench({ canaries: charted });
    await expect.poll(() => threadTexts(made).join("\n"), eventually).toContain("Canary #1 began");
    made.slack.faults.nextCall("chat.postMessage", { kind: "error", error: "invalid_blocks" });
    await breach(made);
    await shown(breachMessage, made).toContain("canary   ");
    await press(made, "U0OMAR", ACTIONS.canaryAcknowledge, "f1");
    await shown(breachMessage, made).toContain("data_visualization");
  });

  it("that were posted without an answer are found again, not posted twice", async () => {
    const made = await bench();
    await expect.poll(() => threadTexts(made).join("\n"), eventually).toContain("Canary #1 began");
    made.slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    await breach(made);
    await press(made, "U0OMAR", ACTIONS.canaryAcknowledge, "f1");
    await shown(breachMessage, made).toContain("acknowledged by Omar Haddad");
    expect(posted(made.slack)).toHaveLength(2);
  });

  it("one that somebody deletes comes back, says so in its thread, and notifies nobody again", async () => {
    const made = await bench();
    await breach(made);
    await shown(breachMessage, made).toContain("<@U0MILA>");
    await made.slack.hands.deleteMessage(CHANNEL, breachMessage(made)?.ts ?? "");
    await expect.poll(() => threadTexts(made).join("\n"), eventually).toContain("posted again");
    await shown(breachMessage, made).toContain("F1 is below the baseline");
    expect(JSON.stringify(breachMessage(made)?.blocks)).not.toContain("<@U0MILA>");
  });

  it("whom a breach is escalated to hears of it directly", async () => {
    const made = await bench();
    await breach(made);
    await press(made, "U0NORA", ACTIONS.canaryEscalate, "f1");
    await expect
      .poll(() => directTexts(made, "U0MILA").join("\n"), eventually)
      .toMatch(/You are asked to look at the breach of \*F1\*.*\.56 against \.61.*Nora Quist asked for it/s);
    await expect.poll(() => threadTexts(made).join("\n"), eventually).toMatch(/The breach of \*F1\* was told to /);
  });

  it("whoever is on call is told directly, once, when the channel is gone", async () => {
    const made = await bench();
    await shown(rootMessage, made).toContain("Watching");
    made.slack.workspace.archive(CHANNEL);
    await breach(made);
    await expect
      .poll(() => directTexts(made, "U0OMAR").join("\n"), eventually)
      .toMatch(/F1 is in breach.*release channel of `support-docs` is archived/s);
    expect(callsOf(made.slack, "chat.postMessage")).toBeGreaterThan(0);
    expect(directTexts(made, "U0NORA")).toEqual([]);
  });
});

function threadTexts({ slack }: AppBench): string[] {
  return slack.workspace
    .messages(CHANNEL, "U0ROSA")
    .filter(({ threadTs }) => threadTs !== null)
    .map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`);
}

function directTexts({ slack }: AppBench, user: string): string[] {
  return slack.workspace.channels
    .filter(({ kind, members }) => kind === "dm" && members.includes(user))
    .flatMap(({ id }) => slack.workspace.messages(id, user))
    .map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`);
}
