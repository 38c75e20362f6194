import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ingestNext, SERVICE } from "#sandbox/demo/populate";
import { setPointer, withStore } from "#sandbox/rag/rag-store";
import { ACTIONS } from "#src/slack/ids";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { DAN, eventually, LIVE_BEFORE, MILA, RELEASE, ROSA, startTestBot, type TestBot } from "#test/support/bot";
import { corpus } from "#test/support/rag-house";

describe("with nothing open", () => {
  const releasers: Releasers = [];
  let bot: TestBot;
  beforeAll(async () => {
    bot = await startTestBot(releasers);
    // An ingestion that died before its end, and a run that is what is live under another name.
    await withStore(bot.rag.adminUrl, (client) =>
      client.query("INSERT INTO rag.ingest_runs (ingest_run_id, state) VALUES ('run-half', 'running')"),
    );
  });
  afterAll(() => release(releasers));
  const refused = (user: string, text: string, channel?: string) =>
    bot.refusal(user, () => bot.command(user, text, channel), channel);

  it("an unknown subcommand is answered with the nearest known one, and nothing happens", async () => {
    expect(await refused(ROSA, "/golive strat")).toMatch(
      /doesn't know “strat”.*Did you mean `?\/golive start.*Nothing was done/s,
    );
    expect(await refused(ROSA, "/golive deploy everything now")).toMatch(/“deploy”.*\/golive help.*Nothing was done/s);
    expect(await refused(ROSA, "/golive <script>&amp;")).toContain("Nothing was done");
  });

  it("a run that doesn't exist, one that isn't complete and the pair that is live are each refused by name", async () => {
    expect(await refused(ROSA, "/golive start run-99")).toMatch(/Run run-99 does not exist in the RAG store/);
    expect(await refused(ROSA, "/golive start run-half")).toMatch(
      /Run run-half is not complete.*Wait for it.*no way around/,
    );
    expect(await refused(ROSA, `/golive start ${SERVICE} run-1 v1`)).toMatch(/run-1.*v1.* is live already/);
    expect(await refused(ROSA, "/golive start run-2 v99")).toMatch(/Configuration v99 does not exist/);
  });

  it("a table name typed as a run is a run that doesn't exist", async () => {
    expect(await refused(ROSA, '/golive start x";DROP/**/TABLE/**/rag.document_chunks;--')).toMatch(
      /does not exist in the RAG store/,
    );
    expect(await bot.live()).toEqual(LIVE_BEFORE);
  });

  it("in another channel the answer links to the release channel", async () => {
    expect(await refused(ROSA, `/golive start ${SERVICE}`, "C0GENERAL")).toContain(`<#${RELEASE}>`);
    expect(await refused(ROSA, "/golive start", "C0GENERAL")).toContain(`<#${RELEASE}>`);
  });

  it("somebody without the right to start hears which role has it and who is in it", async () => {
    expect(await refused(MILA, "/golive start")).toMatch(
      /start needs the role release-manager \(Rosa Lind\)\. Ask Rosa Lind/,
    );
  });

  it("cancel, rerun and status without a release say that there is none", async () => {
    expect(await refused(ROSA, "/golive cancel never mind it")).toMatch(
      /no open release of support-docs.*\/golive start/,
    );
    expect(await refused(ROSA, "/golive rerun prefix-leakage")).toMatch(/no open release/);
    expect(await refused(ROSA, "/golive status")).toMatch(/answers from .*run-1/);
  });

  it("words that nobody could have meant are answered, whatever they hold", async () => {
    expect(await refused(ROSA, `/golive ${"x".repeat(3_000)}`)).toMatch(/characters long/);
    expect(await refused(ROSA, "/golive start \u0007")).toMatch(/can't be read/);
  });
});

describe("with a release open", () => {
  const releasers: Releasers = [];
  let bot: TestBot;
  beforeAll(async () => {
    bot = await startTestBot(releasers);
    await bot.start();
  });
  afterAll(() => release(releasers));
  const refused = (user: string, text: string) => bot.refusal(user, () => bot.command(user, text));

  it("a second start is refused and says what to do with the first", async () => {
    expect(await refused(ROSA, "/golive start")).toMatch(/Release #1 of this service is open already.*\/golive cancel/);
  });

  it("somebody without the right to cancel hears who can", async () => {
    const said = await refused(DAN, "/golive cancel I would rather not");
    expect(said).toMatch(/cancel needs the role release-manager or release-approver \(.*Rosa Lind.*\)/);
  });

  it("rerunning a check that nobody knows lists those there are", async () => {
    expect(await refused(ROSA, "/golive rerun prefix-lekage")).toMatch(
      /no check `prefix-lekage` on this release's checklist.*Did you mean `prefix-leakage`/,
    );
    expect(await refused(ROSA, "/golive rerun")).toMatch(/Rerun which check\?/);
  });

  it("rerun runs that one check again, and leaves the others as they were", async () => {
    const requested = () => bot.count("check-requested");
    const before = await requested();
    expect(await bot.rerun(MILA, "prefix-leakage")).toMatch(/prefix-leakage runs again for release #1/);
    const again = async () =>
      (await bot.facts()).filter(({ type, data }) => type === "check-finished" && data.check === "prefix-leakage")
        .length;
    await eventually(again, 2);
    expect(await requested()).toBe(before + 1);
  });
});

describe("two services in one channel", () => {
  const releasers: Releasers = [];
  afterEach(() => release(releasers));

  it("a start opens a window; the chosen service starts, the other does not", async () => {
    const bot = await startTestBot(releasers, {
      config: (config) => {
        const docs = config.golive.services[SERVICE];
        if (docs === undefined) throw new Error(`no ${SERVICE} in configs/golive.yaml`);
        const pointer = { ...docs.rag_store.pointer, key: "billing-docs" };
        const billing = { ...docs, title: "Billing docs", rag_store: { ...docs.rag_store, pointer } };
        return { ...config, golive: { ...config.golive, services: { [SERVICE]: docs, "billing-docs": billing } } };
      },
    });
    await setPointer(bot.rag.adminUrl, "billing-docs", { run: "run-1", config: "v1" });
    await ingestNext(bot.rag.adminUrl, corpus);
    const { hands } = bot.slack;

    await bot.command(ROSA, "/golive start");
    await eventually(() => bot.window(ROSA)?.view.callback_id, "start");
    expect(await bot.facts()).toEqual([]);
    const window = bot.window(ROSA)?.id ?? "";
    await hands.click(ROSA, { viewId: window }, "service", ACTIONS.startService, "billing-docs");
    await eventually(() => JSON.stringify(bot.window(ROSA)?.view.blocks), /run-3/);
    expect(await hands.submit(ROSA, window, { run: { "input.run": "run-2" } })).toEqual({ ok: true });

    await eventually(() => bot.count("release-started"), 1);
    const started = (await bot.facts()).find(({ type }) => type === "release-started");
    expect(started?.data).toMatchObject({ service: "billing-docs", candidate: { run: "run-2", config: "v1" } });
    await eventually(() => bot.message(), /billing-docs → run-2/);
    expect(bot.posts()).toHaveLength(1);
  });
});

describe("an approver list that names nobody", () => {
  const releasers: Releasers = [];
  afterEach(() => release(releasers));
  const start = (bot: TestBot) => bot.refusal(ROSA, () => bot.command(ROSA, "/golive start"));

  it("an empty user group: the release doesn't start and the role is named", async () => {
    const bot = await startTestBot(releasers);
    bot.slack.workspace.setGroup("S0RELEASE", []);
    expect(await start(bot)).toMatch(/can't start: nobody is in release-approver.*user group/);
  });

  it("everyone in the group deactivated: the same", async () => {
    const bot = await startTestBot(releasers);
    for (const user of ["U0INES", "U0TOM"]) bot.slack.workspace.deactivate(user);
    expect(await start(bot)).toMatch(/can't start: nobody is in release-approver/);
  });

  it("a group that Slack doesn't know is not taken for an empty one", async () => {
    const bot = await startTestBot(releasers);
    bot.slack.faults.someCalls("usergroups.users.list", { kind: "error", error: "no_such_subteam" }, 1);
    expect(await start(bot)).toMatch(/Slack did not say who is in .*release-approver.*doesn't guess/);
  });
});
