import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SERVICE } from "#sandbox/demo/populate";
import { composeCore } from "#src/compose";
import type { Person, RoleMembers } from "#src/release/people";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import {
  DAN,
  eventually,
  INES,
  LIVE_BEFORE,
  MILA,
  OMAR,
  ROSA,
  SIGNATURES,
  shippedConfig,
  startTestBot,
  type TestBot,
  TOM,
  until,
} from "#test/support/bot";
import { namedVariables } from "#test/support/named";
import { editChunk, recordAgain } from "#test/support/rag-house";

const SIGN = /^Sign/;

describe("a click that doesn't count", () => {
  const releasers: Releasers = [];
  let bot: TestBot;
  beforeAll(async () => {
    bot = await startTestBot(releasers);
    await bot.start();
  });
  afterAll(() => release(releasers));

  it.each([
    ["U0GUS", "a guest", /You can't sign Data quality.*you're a guest here.*Only full members/],
    ["U0STEN", "a stranger", /You can't sign Data quality.*belongs to another organisation/],
    ["U0DORA", "a deactivated user", /You can't sign Data quality.*account is deactivated/],
    ["U0GOLIVE", "a bot", /You can't sign Data quality.*a bot decides nothing/],
  ])("%s, %s, signs nothing and hears why", async (user, _who, sentence) => {
    const hands = bot.slack.hands.as({ force: true });
    expect(await bot.refusal(user, () => bot.press(user, SIGN, "data-quality", hands))).toMatch(sentence);
  });

  it("a member whose click has no team id counts as a stranger", async () => {
    const hands = bot.slack.hands.as({ dropTeamId: true });
    const said = await bot.refusal(DAN, () => bot.press(DAN, SIGN, "data-quality", hands));
    expect(said).toMatch(/You can't sign Data quality.*another organisation/);
  });

  it("a member outside the role hears who is in it", async () => {
    const said = await bot.refusal(MILA, () => bot.press(MILA, SIGN, "data-quality"));
    expect(said).toMatch(/needs the role data-lead \(Dan Ito and Mei Sato\)\. Ask Dan Ito or Mei Sato/);
  });

  it("somebody in neither role nor right can't withdraw for somebody else, nor cut over", async () => {
    await bot.sign([[DAN, "data-quality"]]);
    const said = await bot.refusal(OMAR, () => bot.press(OMAR, /^Withdraw$/, "data-quality"));
    expect(said).toMatch(/no signature of yours stands there. Only the person who signed/);
    expect(bot.offers(/^Cut over$/)).toBe(false);
  });

  it("the same person's second click on a signed item is no second signature", async () => {
    await bot.sign([[INES, "go-ahead"]]);
    const said = await bot.refusal(INES, () => bot.press(INES, SIGN, "go-ahead"));
    expect(said).toMatch(/You have signed Go-ahead for production already; it counts once/);
  });
});

describe("people and roles", () => {
  const releasers: Releasers = [];
  afterEach(() => release(releasers));

  it("the requester can't sign the own release, even in a role that may", async () => {
    const bot = await startTestBot(releasers, {
      config: (config) => {
        const { roles } = config.golive;
        const lead = { users: [ROSA, DAN], groups: [] };
        return { ...config, golive: { ...config.golive, roles: { ...roles, "data-lead": lead } } };
      },
    });
    await bot.start();
    const said = await bot.refusal(ROSA, () => bot.press(ROSA, SIGN, "data-quality"));
    expect(said).toMatch(/can't sign Data quality.*you're the requester of this release.*\(Dan Ito\).*Ask Dan Ito/);
  });

  it("one person can't sign in two roles of a release, even as a member of both", async () => {
    const bot = await startTestBot(releasers, {
      config: (config) => {
        const { roles } = config.golive;
        const lead = { users: [DAN, MILA], groups: [] };
        return { ...config, golive: { ...config.golive, roles: { ...roles, "data-lead": lead } } };
      },
    });
    await bot.start();
    await bot.sign([[MILA, "accuracy"]]);
    const said = await bot.refusal(MILA, () => bot.press(MILA, SIGN, "data-quality"));
    expect(said).toMatch(/you signed as ml-lead already, and one person fills one role.*\(Dan Ito\)/);
  });
});

describe("an old version of the message", () => {
  const releasers: Releasers = [];
  afterEach(() => release(releasers));

  it("a click on it signs nothing once the evidence behind the button changed", async () => {
    const bot = await startTestBot(releasers);
    await bot.start();
    await eventually(() => bot.offers(SIGN, "data-quality"), true);
    const old = bot.keepMessage();
    // The same verdict over other data.
    await editChunk(bot.rag.adminUrl, "run-2", "Revised. ");
    await recordAgain(bot.rag.adminUrl, "run-2");
    await bot.rerun(ROSA, "prefix-leakage");
    const said = await bot.refusal(DAN, () => old.press(DAN, SIGN, "data-quality"));
    expect(said).toMatch(/Data quality.*what you saw has changed since, so nothing was done/);
    expect(await bot.count("signed")).toBe(0);
  });

  it("an old Cut over does nothing once a sign-off behind it was withdrawn", async () => {
    const bot = await startTestBot(releasers);
    await bot.start();
    await bot.sign();
    await eventually(() => bot.offers(/^Cut over$/), true);
    const old = bot.keepMessage();
    await bot.press(MILA, /^Withdraw$/, "accuracy");
    await until(
      "the withdrawal",
      () => bot.count("sign-off-withdrawn"),
      (count) => count === 1,
    );
    const said = await bot.refusal(ROSA, () => old.press(ROSA, /^Cut over$/));
    expect(said).toMatch(/The cutover: what you saw has changed since, so nothing was done/);
    expect(await bot.live()).toEqual(LIVE_BEFORE);
  });
});

describe("two approvers in the same millisecond", () => {
  const releasers: Releasers = [];
  afterEach(() => release(releasers));

  it("two clicks at once are two sign-offs: the quorum stands, each counted once", async () => {
    const bot = await startTestBot(releasers);
    await bot.start();
    await eventually(() => bot.offers(SIGN, "go-ahead"), true);
    await Promise.all([INES, TOM].map((user) => bot.press(user, SIGN, "go-ahead")));
    await eventually(() => bot.count("signed"), 2);
    await eventually(() => bot.thread().join("\n"), /1 more needed[\s\S]*signed Go-ahead for production/);
    const signers = (await bot.facts()).filter(({ type }) => type === "signed").map(({ by }) => by);
    expect(signers.toSorted()).toEqual([INES, TOM]);
    await eventually(() => bot.message(), /Go-ahead for production · 2 of 2 signed/);
  });

  it("two processes on two connections: quorum and exactly one event each, also when both say it twice", async () => {
    const bot = await startTestBot(releasers);
    await bot.start();
    const person = (id: string, name: string): Person => ({ id, name, kind: "member" });
    const [ines, tom] = [person(INES, "Ines Roy"), person(TOM, "Tom Vega")];
    const members: RoleMembers = { "release-approver": [ines, tom] };
    const config = await shippedConfig();
    const replicas = await Promise.all(
      [1, 2].map(async () => {
        const core = await composeCore({
          config,
          databaseUrl: bot.database.appUrl,
          named: namedVariables(config, { store: bot.rag.appUrl }),
          variables: {},
          identity: { person: async () => ines, members: async () => members, channel: async () => "ours" },
          team: undefined,
          log: bot.quiet,
          supervise: false,
        });
        releasers.push(core.close);
        return core.useCases;
      }),
    );
    const id = (await replicas[0]?.currentRelease(SERVICE))?.release.id ?? "";
    const outcomes = await Promise.all(
      replicas.flatMap((replica) =>
        [ines, tom].map((actor) =>
          replica.actOnRelease(id, `same-click/${actor.id}`, {
            type: "sign",
            actor,
            members,
            signOff: "go-ahead",
            seen: null,
          }),
        ),
      ),
    );
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    const signers = (await bot.facts()).filter(({ type }) => type === "signed").map(({ by }) => by);
    expect(signers.toSorted()).toEqual([INES, TOM]);
  });

  it("five presses of Cut over at once are one cutover and one flip", async () => {
    const bot = await startTestBot(releasers);
    await bot.start();
    await bot.sign(SIGNATURES);
    await eventually(() => bot.offers(/^Cut over$/), true);
    await Promise.all([ROSA, INES, TOM, ROSA, INES].map((user) => bot.press(user, /^Cut over$/)));
    await eventually(() => bot.count("went-live"), 1);
    expect(await bot.count("cutover-requested")).toBe(1);
    expect(await bot.count("flip-intended")).toBe(1);
    expect(await bot.count("pointer-flipped")).toBe(1);
  });
});
