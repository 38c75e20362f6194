import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CliHouse, openHouse, SLACK_SECRETS, signEverything } from "#test/cli/cli-house";

describe("roles that are Slack user groups", () => {
  let house: CliHouse;
  beforeAll(async () => {
    house = await openHouse({ slack: true, groups: true });
  });
  afterAll(() => house.stop());
  const withoutSlack = { env: { SLACK_BOT_TOKEN: undefined, SLACK_API_URL: undefined } };

  it("can't be resolved without Slack: no release starts by guessing", async () => {
    const said = await house.golive(["release", "start", "--as", "U0ROSA"], withoutSlack);
    expect(said).toMatchObject({ code: 1, out: "" });
    expect(said.err).toMatch(/^Nothing was done: without Slack nobody can tell who is in release-approver, on-call/);
    expect(said.err).toMatch(/Set SLACK_BOT_TOKEN/);
  });

  it("are resolved by Slack, with the names that people have there", async () => {
    const said = await house.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
    expect(said.code).toBe(0);
    expect(said.out).toContain("started by Rosa Lind");
    expect(said.out).toContain("0 of 2 people of release-approver have signed (Ines Roy and Tom Vega)");
  });

  it("refuse a signature without Slack and take it with Slack", async () => {
    const words = ["release", "sign", "go-ahead", "--as", "U0INES"];
    const refused = await house.golive([...words, "--json"], withoutSlack);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ ok: false, error: "not-a-member" });
    // Named as a user in another role: known without Slack, and still not guessed into the group.
    const known = await house.golive(["release", "sign", "go-ahead", "--as", "U0OMAR"], withoutSlack);
    expect(known).toMatchObject({
      code: 1,
      err: expect.stringMatching(/without Slack nobody can tell who is in release-approver/),
    });
    expect(await house.golive(words)).toMatchObject({ code: 0, err: "" });
  });

  it("refuse guests, people of other organisations and deactivated accounts by name of what they are", async () => {
    for (const [user, why] of [
      ["U0GUS", /you're a guest here/],
      ["U0STEN", /belongs to another organisation/],
      ["U0DORA", /this account is deactivated/],
      ["U0GOLIVE", /a bot decides nothing/],
      ["U0NOBODY", /Slack did not say who you are/],
    ] as const) {
      const said = await house.golive(["release", "sign", "go-ahead", "--as", user]);
      expect(said).toMatchObject({ code: 1, out: "", err: expect.stringMatching(why) });
    }
  });

  it("carry a release to its end", async () => {
    await signEverything(house);
    const said = await house.golive(["release", "cutover", "--as", "U0TOM", "--confirm"]);
    expect(said.code).toBe(0);
    expect(said.out.replaceAll(/\s+/g, " ")).toContain("Cut over by Tom Vega.");
    expect(await house.live()).toEqual({ run: "run-2", config: "v1" });
  });
});

describe("when Slack doesn't answer, nothing is decided", () => {
  let house: CliHouse;
  beforeAll(async () => {
    house = await openHouse({ slack: true });
  });
  afterAll(() => house.stop());
  afterEach(() => house.slack?.faults.clear());
  const start = (env: Readonly<Record<string, string>> = {}) =>
    house.golive(["release", "start", "--as", "U0ROSA"], { env });
  const nothingStarted = async () => {
    const said = await house.golive(["release", "status", "--json"], { env: { SLACK_BOT_TOKEN: undefined } });
    expect(JSON.parse(said.out).release).toBeNull();
  };

  it("a wrong token", async () => {
    const said = await start({ SLACK_BOT_TOKEN: "xoxb-hunter2hunter2" });
    expect(said).toMatchObject({ code: 3, out: "" });
    expect(said.err).toMatch(
      /^Slack refused the bot token \(invalid_auth\)\. Nothing was decided .* Check SLACK_BOT_TOKEN/,
    );
    expect(said.err).not.toContain("hunter2");
    await nothingStarted();
  });

  it("nobody there", async () => {
    const said = await start({ SLACK_API_URL: "http://127.0.0.1:65534/api/" });
    expect(said).toMatchObject({ code: 3, out: "" });
    expect(said.err).toMatch(/Slack could not be asked \(auth\.test: ECONNREFUSED\)\. Nothing was decided/);
    await nothingStarted();
  });

  it("Slack is broken when asked who somebody is", async () => {
    house.slack?.faults.nextCall("users.info", { kind: "server-error" }, 50);
    const said = await start();
    expect(said).toMatchObject({ code: 3, out: "" });
    expect(said.err).toMatch(
      /Slack didn't say who somebody is \(Slack's users\.info failed: HTTP 5\d\d\)\. Nothing was decided/,
    );
    expect(said.err).not.toMatch(/\n\s+at /);
    await nothingStarted();
  });

  it("a group that Slack doesn't tell is refused, with a note that says why", async () => {
    const groups = await openHouse({ slack: true, groups: true });
    try {
      groups.slack?.faults.nextCall("usergroups.users.list", { kind: "error", error: "missing_scope" }, 50);
      const said = await groups.golive(["release", "start", "--as", "U0ROSA"]);
      expect(said).toMatchObject({ code: 1, out: "" });
      expect(said.err).toMatch(
        /^note: a role could not be resolved \((on-call|release-approver)\): Slack's usergroups\.users\.list failed: missing_scope: An API error occurred$/m,
      );
      expect(said.err).toMatch(/^Nothing was done: Slack did not say who is in /m);
    } finally {
      await groups.stop();
    }
  });

  it("no secret of Slack is printed on the way", async () => {
    house.slack?.faults.nextCall("*", { kind: "error", error: "missing_scope" }, 50);
    const said = await start();
    expect(said.code).toBe(3);
    expect(said.err).not.toContain(SLACK_SECRETS.botToken);
  });
});
