import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { RoleText } from "#src/release/people";
import { createDirectory } from "#src/slack/directory";
import { createIdentity } from "#src/slack/identity";
import { createSlackCall } from "#src/slack/web-client";
import { type Releasers, release, until } from "#test/sandbox/bolt-app";
import { callsOf, handClock, quiet, SELF, wire } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const ROLES: Record<string, RoleText> = {
  "data-lead": { users: ["U0DAN", "U0MEI"], groups: [] },
  "on-call": { users: ["U0OMAR"], groups: ["S0ONCALL"] },
  approver: { users: [], groups: ["S0RELEASE"] },
};

async function directory(
  roles: Record<string, RoleText> = ROLES,
  timeoutMs = 2_000,
  now = Date.now,
  wait: (ms: number) => Promise<void> = () => Promise.reject(new Error("nobody waits here")),
) {
  const { slack, call } = await wire(releasers, { timeoutMs });
  const people = createDirectory(call);
  const identity = createIdentity({ directory: people, team: SELF.teamId, roles, now, wait, log: quiet });
  return { slack, identity };
}

describe("who somebody is", () => {
  it.each([
    ["U0ROSA", "member"],
    ["U0GUS", "guest"],
    ["U0STEN", "stranger"],
    ["U0DORA", "deactivated"],
    ["U0GOLIVE", "bot"],
    ["U0NOBODY", "unknown"],
  ])("%s is a %s, asked at each click", async (user, kind) => {
    const { identity, slack } = await directory();
    expect((await identity.person(user, SELF.teamId)).kind).toBe(kind);
    await identity.person(user, SELF.teamId);
    expect(callsOf(slack, "users.info")).toBe(2);
  });

  it("a member whose payload has no team, or another one, is a stranger", async () => {
    const { identity } = await directory();
    expect(await identity.person("U0ROSA", undefined)).toEqual({ id: "U0ROSA", name: "Rosa Lind", kind: "stranger" });
    expect((await identity.person("U0ROSA", "T0OTHER")).kind).toBe("stranger");
  });

  it("a stranger who keeps clicking is looked up once", async () => {
    const { identity, slack } = await directory();
    for (let click = 0; click < 20; click += 1) await identity.person("U0STEN", "T0OTHER");
    expect(callsOf(slack, "users.info")).toBe(1);
  });

  it("clicks at the same moment share one lookup", async () => {
    const { identity, slack } = await directory();
    await Promise.all(Array.from({ length: 10 }, () => identity.person("U0ROSA", SELF.teamId)));
    expect(callsOf(slack, "users.info")).toBe(1);
  });

  it("a crowd of different people doesn't become a crowd of lookups at once", async () => {
    const { identity, slack } = await directory();
    const ids = Array.from({ length: 60 }, (_, index) => `U0NOBODY${index}`);
    await Promise.all(ids.map((id) => identity.person(id, SELF.teamId)));
    const at = slack.calls.filter(({ method }) => method === "users.info").map((call) => call.at);
    expect(at).toHaveLength(60);
    const inFirstTenth = at.filter((time) => time - (at[0] ?? 0) < 100);
    expect(inFirstTenth.length).toBeLessThanOrEqual(25);
  });

  it("a click after Slack is back does not wait for a lookup that hangs", async () => {
    const clock = handClock();
    const { identity, slack } = await directory(ROLES, 500, clock.now);
    slack.faults.nextCall("users.info", { kind: "timeout-before" });
    const hanging = identity.person("U0ROSA", SELF.teamId).catch(() => "hung");
    await until("the lookup", () => callsOf(slack, "users.info") === 1);
    clock.pass(101);
    expect((await identity.person("U0ROSA", SELF.teamId)).kind).toBe("member");
    expect(await hanging).toBe("hung");
  });

  it.each([
    ["429", { kind: "ratelimited", retryAfterSeconds: 30 }],
    ["500", { kind: "server-error" }],
    ["nothing", { kind: "timeout-before" }],
  ] as const)(
    "a Slack that answers %s makes nobody a member: a sentence says the click didn't count",
    async (_what, fault) => {
      const { identity, slack } = await directory(ROLES, 200);
      slack.faults.someCalls("users.info", fault, 1);
      await expect(identity.person("U0ROSA", SELF.teamId)).rejects.toThrow(/your click was not counted.*press again/);
      await expect(identity.person("U0ROSA", SELF.teamId)).rejects.toMatchObject({ retryable: true });
    },
  );

  it("a click waits out a pause of up to 2 s that Slack asks for, once", async () => {
    const waited: number[] = [];
    const { identity, slack } = await directory(ROLES, 2_000, Date.now, async (ms) => void waited.push(ms));
    slack.faults.nextCall("users.info", { kind: "ratelimited", retryAfterSeconds: 2 });
    expect((await identity.person("U0ROSA", SELF.teamId)).kind).toBe("member");
    expect(waited).toEqual([2_000]);
    slack.faults.someCalls("users.info", { kind: "ratelimited", retryAfterSeconds: 1 }, 1);
    await expect(identity.person("U0ROSA", SELF.teamId)).rejects.toThrow(/press again/);
    expect(waited).toEqual([2_000, 1_000]);
  });

  it("a Slack that isn't there is an IdentityError too", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const call = createSlackCall({ token: "xoxb-sandbox", apiUrl: `http://127.0.0.1:${port}/api/`, log: quiet });
    const options = { directory: createDirectory(call), team: SELF.teamId, roles: ROLES, now: Date.now, log: quiet };
    await expect(createIdentity(options).person("U0ROSA", SELF.teamId)).rejects.toMatchObject({
      code: "identity-unknown",
    });
  });
});

describe("who is in a role", () => {
  it("people and user groups together, each person once, with what they are", async () => {
    const { identity, slack } = await directory();
    slack.workspace.deactivate("U0MEI");
    const members = await identity.members();
    expect(members["data-lead"]?.map(({ id, kind }) => [id, kind])).toEqual([
      ["U0DAN", "member"],
      ["U0MEI", "deactivated"],
    ]);
    expect(members["on-call"]?.map(({ id }) => id)).toEqual(["U0OMAR"]);
    expect(members.approver?.map(({ id }) => id)).toEqual(["U0INES", "U0TOM"]);
  });

  it("20 people in the roles of 3 open releases cost 20 lookups a minute, however often somebody looks", async () => {
    const clock = handClock();
    const crowd = Array.from({ length: 20 }, (_, index) => `U0NOBODY${index}`);
    const { identity, slack } = await directory({ crowd: { users: crowd, groups: [] } }, 2_000, clock.now);
    for (let second = 0; second < 60; second += 5) {
      for (let releases = 0; releases < 3; releases += 1) await identity.members();
      clock.pass(4_900);
    }
    expect(callsOf(slack, "users.info")).toBe(20);
    clock.pass(2_000);
    await identity.members();
    expect(callsOf(slack, "users.info")).toBe(40);
  });

  it("knows at once of a change that Slack told of, and asks nobody else again", async () => {
    const { identity, slack } = await directory();
    await identity.members();
    slack.workspace.deactivate("U0MEI");
    expect((await identity.members())["data-lead"]?.at(1)?.kind).toBe("member");
    const before = callsOf(slack, "users.info");
    identity.forget("U0MEI");
    expect((await identity.members())["data-lead"]?.at(1)?.kind).toBe("deactivated");
    expect(callsOf(slack, "users.info")).toBe(before + 1);
  });

  it("an answer that was on its way when Slack told of a change is neither shared nor kept", async () => {
    const { identity, slack } = await directory();
    const early = identity.members();
    identity.forget();
    const late = identity.members();
    await Promise.all([early, late]);
    expect(callsOf(slack, "usergroups.users.list")).toBe(4);
  });

  it("asks at every decision who is in a user group: that is how people are taken off a role", async () => {
    const clock = handClock();
    const { identity, slack } = await directory(ROLES, 2_000, clock.now);
    const approvers = async () => (await identity.members()).approver?.map(({ id }) => id);
    expect(await approvers()).toEqual(["U0INES", "U0TOM"]);
    slack.workspace.setGroup("S0RELEASE", ["U0TOM"]);
    clock.pass(1_000);
    expect(await approvers()).toEqual(["U0TOM"]);
  });

  it("a fresh answer is about everybody, and what a click found out is known to the next look", async () => {
    const { identity, slack } = await directory();
    await identity.members();
    slack.workspace.deactivate("U0MEI");
    expect((await identity.members({ fresh: true }))["data-lead"]?.at(1)?.kind).toBe("deactivated");
    slack.workspace.deactivate("U0DAN");
    await identity.person("U0DAN", SELF.teamId);
    expect((await identity.members())["data-lead"]?.at(0)?.kind).toBe("deactivated");
  });

  it("a role that could not be resolved is absent, the others stand", async () => {
    const { identity, slack } = await directory();
    slack.faults.nextCall("usergroups.users.list", { kind: "server-error" }, 1);
    const members = await identity.members();
    expect(Object.keys(members)).toHaveLength(2);
    expect(members["data-lead"]).toHaveLength(2);
  });

  it("a user group that doesn't exist leaves its role absent, never empty", async () => {
    const { identity } = await directory({ approver: { users: ["U0TOM"], groups: ["S0NOBODY"] } });
    expect(await identity.members()).toEqual({});
  });

  it("asks once for somebody who is in several roles", async () => {
    const both = { users: ["U0TOM"], groups: ["S0RELEASE"] };
    const { identity, slack } = await directory({ a: both, b: both });
    await identity.members();
    expect(callsOf(slack, "users.info")).toBe(2);
    expect(callsOf(slack, "usergroups.users.list")).toBe(1);
  });
});

describe("what a channel is", () => {
  it("ours, shared, archived, or out of reach", async () => {
    const { identity, slack } = await directory();
    const { workspace } = slack;
    expect(await identity.channel("C0RELEASE")).toBe("ours");
    workspace.shareExternally("C0RELEASE");
    expect(await identity.channel("C0RELEASE")).toBe("shared");
    workspace.removeBot("C0GENERAL");
    expect(await identity.channel("C0GENERAL")).toBe("unreachable");
    expect(await identity.channel("C0NOWHERE")).toBe("unreachable");
    workspace.archive("C0RELEASE");
    expect(await identity.channel("C0RELEASE")).toBe("archived");
  });
});
