import { afterEach, describe, expect, it } from "vitest";
import { ACTIONS, type ActionId } from "#src/slack/ids";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { type AppBench, buttonsIn, press, releaseMessage, SERVICE, startApp, whispers } from "#test/slack/app-bench";
import { CHANNEL, callsOf, posted } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const eventually = { timeout: 40_000, interval: 20 };

async function started(options?: Parameters<typeof startApp>[1]): Promise<AppBench> {
  const bench = await startApp(releasers, options);
  expect(await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "start")).toEqual({ ok: true });
  await expect.poll(() => posted(bench.slack).length, eventually).toBe(1);
  return bench;
}

async function signing(options?: Parameters<typeof startApp>[1]): Promise<AppBench> {
  const bench = await started(options);
  await bench.finishChecks();
  await expect
    .poll(() => buttonsIn(releaseMessage(bench.slack)?.blocks ?? [], ACTIONS.sign).length, eventually)
    .toBeGreaterThan(0);
  return bench;
}

const whisper = (bench: AppBench, user: string) => expect.poll(() => whispers(bench.slack, user).at(-1), eventually);
const given = async (bench: AppBench) => (await bench.view())?.release.signOffs.map(({ person }) => person.id);

/** The button of this person's sign-off in the open Details, on whatever page it stands. */
async function buttonInDetails(bench: AppBench, user: string, action: ActionId, item: string) {
  const { hands, workspace } = bench.slack;
  const top = () => workspace.views(user).at(-1);
  await expect.poll(() => top()?.view.callback_id, eventually).toBe("details");
  const blocks = () => (Array.isArray(top()?.view.blocks) ? (top()?.view.blocks as never[]) : []);
  for (;;) {
    const [button] = buttonsIn(blocks(), action, item);
    if (button !== undefined) return button;
    const [next] = buttonsIn(blocks(), ACTIONS.detailsNext, null);
    if (next === undefined) throw new Error(`no page of Details has the button ${action} of ${item}`);
    const before = JSON.stringify(blocks());
    await hands.click(user, { viewId: top()?.id ?? "" }, next.blockId, next.actionId);
    await expect.poll(() => JSON.stringify(blocks()), eventually).not.toBe(before);
  }
}

/** The sign-off that this person may give. */
async function itemFor(bench: AppBench, user: string): Promise<string> {
  const mine = (await bench.view())?.signOffs.find((one) => one.mayNow.some(({ id }) => id === user));
  if (mine === undefined) throw new Error(`${user} may sign nothing`);
  return mine.definition.id;
}

describe.each(["http", "socket"] as const)("over %s", (mode) => {
  it("a command becomes a release message, a click a sign-off, and a second person's click a refusal in words", async () => {
    const bench = await signing({ mode });
    await press(bench.slack, "U0MILA", ACTIONS.sign, await itemFor(bench, "U0MILA"));
    await expect.poll(() => given(bench), eventually).toEqual(["U0MILA"]);
    await expect.poll(() => JSON.stringify(releaseMessage(bench.slack)?.blocks), eventually).toContain("Mila Berg");
    expect(callsOf(bench.slack, "chat.postMessage")).toBeGreaterThan(0);
    expect(posted(bench.slack)).toHaveLength(1);

    await press(bench.slack, "U0OMAR", ACTIONS.withdraw);
    await whisper(bench, "U0OMAR").toMatch(/no signature of yours/);
  });
});

describe("/golive", () => {
  it("answers unknown words with what was probably meant, and nothing happens", async () => {
    const bench = await startApp(releasers);
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "strat");
    await whisper(bench, "U0ROSA").toMatch(/doesn't know “strat”.*Did you mean `\/golive start`\?.*Nothing was done/s);
    expect(await bench.view()).toBeNull();
  });

  it("says in another channel where the service is released", async () => {
    const bench = await startApp(releasers);
    await bench.slack.hands.command("U0ROSA", "C0GENERAL", "/golive", "start");
    await expect
      .poll(() => JSON.stringify(bench.slack.workspace.messages("C0GENERAL", "U0ROSA")), eventually)
      .toContain("<#C0RELEASE>");
    await bench.slack.hands.command("U0ROSA", "C0GENERAL", "/golive", `start ${SERVICE}`);
    await expect.poll(() => whispers(bench.slack, "U0ROSA", "C0GENERAL").at(-1), eventually).toMatch(/is released in/);
    expect(await bench.view()).toBeNull();
  });

  it("refuses a second start while a release is open", async () => {
    const bench = await started();
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "start");
    await whisper(bench, "U0ROSA").toMatch(/Release #1 of this service is open already/);
  });

  it.each([
    ["start nothing-like-it", /does not exist/],
    ["start run-3", /not complete/],
    ["start run-1", /is live already/],
  ])("refuses “%s” by name", async (text, words) => {
    const bench = await startApp(releasers);
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", text);
    await whisper(bench, "U0ROSA").toMatch(words);
    expect(posted(bench.slack)).toHaveLength(0);
  });

  it("tells who may when somebody without the right starts", async () => {
    const bench = await startApp(releasers);
    await bench.slack.hands.command("U0MILA", CHANNEL, "/golive", "start");
    await whisper(bench, "U0MILA").toMatch(/release-manager.*Rosa Lind/);
  });

  it("status, help, rerun and cancel answer the person alone", async () => {
    const bench = await started();
    const { hands } = bench.slack;
    await hands.command("U0GUS", CHANNEL, "/golive", "status");
    await whisper(bench, "U0GUS").toMatch(/support-docs/);
    await hands.command("U0MILA", CHANNEL, "/golive", "help");
    await whisper(bench, "U0MILA").toMatch(/checks and sign-offs/);
    await bench.finishChecks("fail");
    await hands.command("U0ROSA", CHANNEL, "/golive", "rerun prefix-leakage");
    await whisper(bench, "U0ROSA").toMatch(/prefix-leakage runs again/);
    await hands.command("U0ROSA", CHANNEL, "/golive", "rerun nonsense");
    await whisper(bench, "U0ROSA").toMatch(/no check `nonsense` on this release's checklist/);
    await hands.command("U0ROSA", CHANNEL, "/golive", "cancel found a better run");
    await whisper(bench, "U0ROSA").toMatch(/is cancelled/);
    expect((await bench.view())?.release).toMatchObject({
      standing: "cancelled",
      ended: { reason: "found a better run" },
    });
    expect(posted(bench.slack)).toHaveLength(1);
  });

  it("manifest answers the person alone, and no stranger", async () => {
    const bench = await started();
    const { hands } = bench.slack;
    await hands.command("U0GUS", CHANNEL, "/golive", "manifest");
    await whisper(bench, "U0GUS").toMatch(/has frozen no manifest yet/);
    await bench.finishChecks();
    await hands.command("U0MILA", CHANNEL, "/golive", "manifest support-docs");
    await whisper(bench, "U0MILA").toMatch(/Release #1 of `support-docs` \(open\) froze manifest `aaaaaaaa`/);
    await hands.as({ force: true }).command("U0STEN", CHANNEL, "/golive", "manifest");
    await whisper(bench, "U0STEN").toMatch(/read the manifest/);
  });

  it("asks for the reason of a cancel in a window, and wants one", async () => {
    const bench = await started();
    const { hands, workspace } = bench.slack;
    await hands.command("U0ROSA", CHANNEL, "/golive", "cancel");
    const top = () => workspace.views("U0ROSA").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe("cancel");
    await hands.submit("U0ROSA", top()?.id ?? "", { reason: { "input.reason": "   " } });
    expect(top()?.errors).toEqual({ reason: expect.stringContaining("say why") });
    await hands.submit("U0ROSA", top()?.id ?? "", { reason: { "input.reason": "wrong run" } });
    await expect.poll(async () => (await bench.view())?.release.ended?.reason, eventually).toBe("wrong run");
    expect(workspace.views("U0ROSA")).toHaveLength(0);
  });

  it("/canary says that there is no canary, and /rollback that there is nothing to go back to", async () => {
    const bench = await startApp(releasers);
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/canary", "status");
    await whisper(bench, "U0ROSA").toMatch(/There is no such canary/);
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/rollback", "previous --dry-run");
    await whisper(bench, "U0ROSA").toMatch(/no record of what was live/);
  });
});

describe("two services in one channel", () => {
  const twins: NonNullable<Parameters<typeof startApp>[1]>["config"] = (config) => {
    const first = config.golive.services[SERVICE];
    if (first === undefined) return config;
    const services = { ...config.golive.services, "billing-docs": { ...first, title: "Billing docs" } };
    return { ...config, golive: { ...config.golive, services } };
  };

  it("a start that names none opens a window to choose from", async () => {
    const bench = await startApp(releasers, { config: twins });
    const { hands, workspace } = bench.slack;
    await hands.command("U0ROSA", CHANNEL, "/golive", "start");
    const top = () => workspace.views("U0ROSA").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe("start");
    await hands.click("U0ROSA", { viewId: top()?.id ?? "" }, "service", ACTIONS.startService, SERVICE);
    await expect.poll(() => JSON.stringify(top()?.view.blocks), eventually).toContain("run-2");
    await hands.submit("U0ROSA", top()?.id ?? "", { run: { "input.run": "run-2" } });
    await expect.poll(async () => (await bench.view())?.release.candidate.run, eventually).toBe("run-2");
  });

  it("the window to choose from opens for members only", async () => {
    const bench = await startApp(releasers, { config: twins });
    await bench.slack.hands.as({ force: true }).command("U0GUS", CHANNEL, "/golive", "start");
    const shown = () => JSON.stringify(bench.slack.workspace.views("U0GUS"));
    await expect.poll(shown, eventually).toMatch(/you're a guest here/);
    expect(shown()).not.toContain("Billing docs");
  });

  it("any other command asks to name one", async () => {
    const bench = await startApp(releasers, { config: twins });
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "unlock");
    await whisper(bench, "U0ROSA").toMatch(/name one.*unlock billing-docs|name one.*unlock support-docs/s);
  });

  it("and says the whole command again, with the check or the kind that was typed", async () => {
    const bench = await startApp(releasers, { config: twins });
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "rerun database");
    await whisper(bench, "U0ROSA").toMatch(/rerun (billing|support)-docs database/);
    await bench.slack.hands.command("U0ROSA", CHANNEL, "/golive", "run smoke");
    await whisper(bench, "U0ROSA").toMatch(/run (billing|support)-docs smoke/);
  });
});

describe("who clicks", () => {
  it.each([
    ["U0GUS", "a guest"],
    ["U0STEN", "somebody of another organisation"],
    ["U0DORA", "a deactivated user"],
    ["U0GOLIVE", "a bot"],
  ])("a click of %s, %s, signs nothing and is answered", async (user) => {
    const bench = await signing();
    await press(bench.slack, user, ACTIONS.sign, undefined, bench.slack.hands.as({ force: true }));
    await whisper(bench, user).toMatch(/You can't|can't/);
    expect(await given(bench)).toEqual([]);
  });

  it("a member's click without a team id signs nothing", async () => {
    const bench = await signing();
    const item = await itemFor(bench, "U0MILA");
    await press(bench.slack, "U0MILA", ACTIONS.sign, item, bench.slack.hands.as({ dropTeamId: true }));
    await whisper(bench, "U0MILA").toMatch(/organisation|member/);
    expect(await given(bench)).toEqual([]);
  });

  it("the requester's own click is refused with who can instead", async () => {
    const bench = await signing();
    await press(bench.slack, "U0ROSA", ACTIONS.sign);
    await whisper(bench, "U0ROSA").toMatch(/You can't sign|requester/);
    expect(await given(bench)).toEqual([]);
  });

  it.each([
    ["429", { kind: "ratelimited", retryAfterSeconds: 30 }],
    ["500", { kind: "server-error" }],
    ["nothing", { kind: "timeout-before" }],
  ] as const)("while Slack answers %s nobody signs, and the person is told to press again", async (_what, fault) => {
    const bench = await signing();
    const item = await itemFor(bench, "U0MILA");
    bench.slack.faults.someCalls("users.info", fault, 1);
    await press(bench.slack, "U0MILA", ACTIONS.sign, item);
    await whisper(bench, "U0MILA").toMatch(/click was not counted.*press again/);
    expect(await given(bench)).toEqual([]);
    bench.slack.faults.clear();
    await press(bench.slack, "U0MILA", ACTIONS.sign, item);
    await expect.poll(() => given(bench), eventually).toEqual(["U0MILA"]);
  });
});

describe("who looks", () => {
  const shown = (bench: AppBench, user: string) =>
    expect.poll(() => JSON.stringify(bench.slack.workspace.views(user).at(-1)?.view ?? {}), eventually);

  it.each([
    ["U0GUS", "a guest", /you're a guest here/],
    ["U0STEN", "somebody of another organisation", /belongs to another organisation/],
    ["U0DORA", "a deactivated user", /deactivated/],
  ])("Details tell %s, %s, who may read them, and nothing else", async (user, _who, words) => {
    const bench = await signing();
    await press(bench.slack, user, ACTIONS.details, null, bench.slack.hands.as({ force: true }));
    await shown(bench, user).toMatch(words);
    const text = JSON.stringify(bench.slack.workspace.views(user));
    expect(text).not.toMatch(/prefix-leakage|run-2|Evidence|Mila/);
  });

  it("a member whose click has no team id reads nothing", async () => {
    const bench = await signing();
    await press(bench.slack, "U0MILA", ACTIONS.details, null, bench.slack.hands.as({ dropTeamId: true }));
    await shown(bench, "U0MILA").toMatch(/another organisation/);
  });

  it.each(["cancel", "unlock"])("the window of /golive %s opens for nobody else either", async (verb) => {
    const bench = await started();
    await bench.slack.hands.as({ force: true }).command("U0GUS", CHANNEL, "/golive", verb);
    await shown(bench, "U0GUS").toMatch(/you're a guest here/);
  });

  it("with nothing locked, /golive unlock says so instead of asking for a root cause", async () => {
    const bench = await started();
    await bench.slack.hands.command("U0INES", CHANNEL, "/golive", "unlock");
    await shown(bench, "U0INES").toMatch(/are not locked/);
    expect(bench.slack.workspace.views("U0INES").at(-1)?.view.callback_id).toBe("notice");
  });

  it("/golive slo shows every SLO, of which nothing is known yet", async () => {
    const bench = await started();
    await bench.slack.hands.command("U0MILA", CHANNEL, "/golive", "slo");
    await expect
      .poll(() => whispers(bench.slack, "U0MILA").join(" "), eventually)
      .toMatch(/of 13 SLOs are kept over 28 days; 1\d can't be told/);
  });

  it("an open page of Details goes when the person is no member any more", async () => {
    const bench = await signing();
    await press(bench.slack, "U0MILA", ACTIONS.details, null);
    const top = () => bench.slack.workspace.views("U0MILA").at(-1);
    const button = await buttonInDetails(bench, "U0MILA", ACTIONS.sign, await itemFor(bench, "U0MILA"));
    const id = top()?.id ?? "";
    bench.slack.workspace.deactivate("U0MILA");
    const hands = bench.slack.hands.as({ force: true });
    await hands.click("U0MILA", { viewId: id }, button.blockId, button.actionId);
    await shown(bench, "U0MILA").toMatch(/deactivated/);
    expect(JSON.stringify(top()?.view)).not.toContain("prefix-leakage");
  });

  it("another page of Details is for members too", async () => {
    const bench = await signing();
    await press(bench.slack, "U0MILA", ACTIONS.details, null);
    const top = () => bench.slack.workspace.views("U0MILA").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe("details");
    bench.slack.workspace.deactivate("U0MILA");
    const value = JSON.stringify({ r: (await bench.view())?.release.id, p: 1 });
    await bench.slack.deliver({
      kind: "interaction",
      payload: {
        type: "block_actions",
        user: { id: "U0MILA", team_id: "T0GOLIVE" },
        team: { id: "T0GOLIVE" },
        view: { id: top()?.id ?? "", private_metadata: "" },
        trigger_id: "next",
        actions: [{ type: "button", action_id: ACTIONS.detailsNext, block_id: "b", value, action_ts: "1.1" }],
      },
    });
    await shown(bench, "U0MILA").toMatch(/deactivated/);
  });

  it("a cutover asks anew about everybody in the roles; other clicks about the person who clicks", async () => {
    const bench = await signing();
    const id = (await bench.view())?.release.id ?? "";
    const asked = () => callsOf(bench.slack, "users.info");
    const click = async (action_id: string, value: object) => {
      const ts = releaseMessage(bench.slack)?.ts ?? "";
      const before = asked();
      const spoken = whispers(bench.slack, "U0OMAR").length;
      await bench.slack.deliver({
        kind: "interaction",
        payload: {
          type: "block_actions",
          user: { id: "U0OMAR", team_id: "T0GOLIVE" },
          team: { id: "T0GOLIVE" },
          channel: { id: CHANNEL },
          container: { type: "message", message_ts: ts, channel_id: CHANNEL },
          message: { ts },
          trigger_id: action_id,
          actions: [{ type: "button", action_id, block_id: "b", value: JSON.stringify(value), action_ts: "1.1" }],
        },
      });
      await expect.poll(() => whispers(bench.slack, "U0OMAR").length, eventually).toBeGreaterThan(spoken);
      return asked() - before;
    };
    expect(await click(ACTIONS.sign, { r: id, i: await itemFor(bench, "U0MILA"), s: "x" })).toBe(1);
    expect(await click(ACTIONS.cutOver, { r: id, s: "x" })).toBeGreaterThan(3);
  });
});

describe("what is clicked", () => {
  it("a click on an old drawing of the message signs nothing and says so", async () => {
    const bench = await signing();
    const item = await itemFor(bench, "U0MILA");
    await expect
      .poll(() => buttonsIn(releaseMessage(bench.slack)?.blocks ?? [], ACTIONS.sign, item).length, eventually)
      .toBe(1);
    const message = releaseMessage(bench.slack);
    const seen = message === undefined ? undefined : { ...message };
    await bench.finishChecks("pass", "b".repeat(64));
    if (seen === undefined) throw new Error("no message");
    await press(bench.slack, "U0MILA", ACTIONS.sign, item, bench.slack.hands.as({ seen }));
    await whisper(bench, "U0MILA").toMatch(/what you saw has changed since/);
    expect(await given(bench)).toEqual([]);
  });

  it("a click that arrives twice is one sign-off and no refusal", async () => {
    const bench = await signing({ mode: "socket" });
    bench.slack.faults.nextDelivery("interaction", { kind: "duplicate" });
    await press(bench.slack, "U0MILA", ACTIONS.sign, await itemFor(bench, "U0MILA"));
    await expect.poll(() => bench.slack.attempts.filter(({ kind }) => kind === "interaction").length).toBe(2);
    await expect.poll(() => given(bench), eventually).toEqual(["U0MILA"]);
    await bench.stopApp();
    expect((await bench.story()).filter((type) => type === "signed")).toHaveLength(1);
    expect(whispers(bench.slack, "U0MILA")).toEqual([]);
  });

  it("a command that is delivered again later, newly signed, starts one release", async () => {
    const bench = await startApp(releasers);
    const payload = {
      command: "/golive",
      text: "start",
      user_id: "U0ROSA",
      team_id: "T0GOLIVE",
      channel_id: CHANNEL,
      trigger_id: "1.2.3",
    };
    expect((await bench.slack.deliver({ kind: "command", payload })).acked).toBe(true);
    await expect.poll(() => posted(bench.slack).length, eventually).toBe(1);
    bench.slack.faults.nextDelivery("command", { kind: "misdated", byMs: -5_000 });
    expect((await bench.slack.deliver({ kind: "command", payload })).acked).toBe(true);
    await bench.stopApp();
    expect(whispers(bench.slack, "U0ROSA")).toEqual([]);
    expect((await bench.view())?.release.number).toBe(1);
  });

  it.each([
    ["an unknown button", "nobody.knows", '{"r":"rel_1"}', /doesn't know that button/],
    ["a value that isn't ours", ACTIONS.sign, "<script>", /can't be read/],
    ["a value without an item", ACTIONS.sign, '{"r":"rel_1"}', /can't be read/],
    ["a release that doesn't exist", ACTIONS.cutOver, '{"r":"rel_1","s":"x"}', /no open release/],
  ])("%s is acknowledged and answered", async (_what, action_id, value, words) => {
    const bench = await started();
    const ts = releaseMessage(bench.slack)?.ts ?? "";
    const ack = await bench.slack.deliver({
      kind: "interaction",
      payload: {
        type: "block_actions",
        user: { id: "U0ROSA", team_id: "T0GOLIVE" },
        team: { id: "T0GOLIVE" },
        channel: { id: CHANNEL },
        container: { type: "message", message_ts: ts, channel_id: CHANNEL },
        message: { ts },
        trigger_id: `${action_id}${value}`,
        actions: [{ type: "button", action_id, block_id: "b", value, action_ts: "1.1" }],
      },
    });
    expect(ack.acked).toBe(true);
    await whisper(bench, "U0ROSA").toMatch(words);
  });

  it("an unknown window is acknowledged and an unknown command answered", async () => {
    const bench = await startApp(releasers);
    const view = { id: "V1", callback_id: "nobody-knows", private_metadata: "", state: { values: {} } };
    const user = { id: "U0ROSA", team_id: "T0GOLIVE" };
    const team = { id: "T0GOLIVE" };
    const ack = await bench.slack.deliver({
      kind: "interaction",
      payload: { type: "view_submission", user, team, view },
    });
    expect(ack.acked).toBe(true);
    const shortcut = { type: "shortcut", callback_id: "nobody", trigger_id: "t", user, team };
    expect((await bench.slack.deliver({ kind: "interaction", payload: shortcut })).acked).toBe(true);
  });
});

describe("Details", () => {
  it("opens at once and shows evidence; a sign-off given in it redraws it", async () => {
    const bench = await signing();
    const { hands, workspace } = bench.slack;
    await press(bench.slack, "U0MILA", ACTIONS.details, null);
    const top = () => workspace.views("U0MILA").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe("details");
    const blocks = () => (Array.isArray(top()?.view.blocks) ? (top()?.view.blocks as never[]) : []);
    const button = await buttonInDetails(bench, "U0MILA", ACTIONS.sign, await itemFor(bench, "U0MILA"));
    await hands.click("U0MILA", { viewId: top()?.id ?? "" }, button.blockId, button.actionId);
    await expect.poll(() => given(bench), eventually).toEqual(["U0MILA"]);
    await expect.poll(() => JSON.stringify(blocks()), eventually).toContain("Mila Berg");
  });

  it("shows a refusal on top of the page", async () => {
    const bench = await signing();
    const { hands, workspace } = bench.slack;
    await press(bench.slack, "U0OMAR", ACTIONS.details, null);
    const top = () => workspace.views("U0OMAR").at(-1);
    await expect.poll(() => top()?.view.callback_id, eventually).toBe("details");
    const blocks = () => (Array.isArray(top()?.view.blocks) ? (top()?.view.blocks as never[]) : []);
    const button = await buttonInDetails(bench, "U0OMAR", ACTIONS.sign, await itemFor(bench, "U0MILA"));
    await hands.click("U0OMAR", { viewId: top()?.id ?? "" }, button.blockId, button.actionId);
    await expect.poll(() => JSON.stringify(blocks()[0]), eventually).toMatch(/can't sign/);
  });

  it("an objection typed in a window on top holds the cutover and closes both", async () => {
    const bench = await signing();
    const { hands, workspace } = bench.slack;
    await press(bench.slack, "U0MILA", ACTIONS.details, null);
    const stack = () => workspace.views("U0MILA");
    await expect.poll(() => stack().at(-1)?.view.callback_id, eventually).toBe("details");
    const button = await buttonInDetails(bench, "U0MILA", ACTIONS.object, await itemFor(bench, "U0MILA"));
    const view = stack().at(-1);
    await hands.click("U0MILA", { viewId: view?.id ?? "" }, button.blockId, button.actionId);
    await expect.poll(() => stack().at(-1)?.view.callback_id, eventually).toBe("object");
    await hands.submit("U0MILA", stack().at(-1)?.id ?? "", { reason: { "input.reason": "the sample is too small" } });
    await expect
      .poll(async () => (await bench.view())?.release.vetoes.map(({ reason }) => reason), eventually)
      .toEqual(["the sample is too small"]);
    expect(stack()).toHaveLength(0);
  });
});
