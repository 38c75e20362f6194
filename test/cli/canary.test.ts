import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDecideCanary } from "#src/canary/use-cases/decide-canary";
import { withCore } from "#src/cli/open-core";
import type { Core } from "#src/compose";
import { reportOf } from "#test/canary-words/view";
import { type CliHouse, openHouse, type Said, SERVICE, signEverything } from "#test/cli/cli-house";

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

const json = ({ out }: Said) => JSON.parse(out);
const canary = (...words: string[]) => house.golive(["canary", ...words]);
const REASON = ["--reason", "looking into it"];

/** The product's core in this house, as a command would open it. */
const inCore = <T>(work: (core: Core) => Promise<T>): Promise<T> => {
  const io = {
    out: () => {},
    err: () => {},
    env: house.env,
    stopSignal: () => new Promise<string>(() => {}),
    inputClosed: () => new Promise<void>(() => {}),
  };
  return withCore(io, { service: undefined }, ({ core }) => work(core));
};

/** What the bot does after a cutover, and with what it sees. */
async function beginCanary(): Promise<void> {
  await inCore(async (core) => {
    await core.startWorkers({ cutovers: true });
    await expect.poll(() => core.canaries.currentCanary(SERVICE), { timeout: 60_000 }).not.toBeNull();
  });
}

async function findBreach(kpi: string): Promise<void> {
  await inCore(async (core) => {
    const view = await core.canaries.currentCanary(SERVICE);
    if (view === null) throw new Error("no canary");
    const found = { ...reportOf(kpi, { standing: "breach", logE: Math.log(4_000) }), firstAlarmAt: core.clock.now() };
    const decide = createDecideCanary({ journal: core.journal, clock: core.clock });
    const decided = await decide(SERVICE, view.canary.id, null, {
      type: "watch",
      members: null,
      look: {
        report: { verdict: "rollback", kpis: [found], alarms: [], hours: 6, proven: [], unrefuted: [], reasons: [] },
        finding: { bucket: 1, digest: "d", hours: 6 },
        heard: { baseline: core.clock.now(), canary: core.clock.now() },
        over: false,
        worst: { [kpi]: ["gold-17"] },
      },
    });
    expect(decided).toMatchObject({ ok: true, events: expect.arrayContaining(["breach-found"]) });
  });
}

// One house, one test after the other, as two days after a cutover.
describe("golive canary", () => {
  it("before the first cutover says that there is none; nothing is healthy by that", async () => {
    expect(await canary("status")).toMatchObject({ code: 3, out: expect.stringContaining("had no canary yet") });
    const document = await canary("status", "--json");
    expect(document.code).toBe(3);
    expect(json(document)).toEqual({ ok: false, service: SERVICE, canary: null });
    expect(await canary("pause", "--as", "U0OMAR", ...REASON)).toMatchObject({ code: 1, out: "" });
  });

  it("begins with the cutover; status shows every KPI without data, and what comes next", async () => {
    await house.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
    await signEverything(house);
    const cutover = await house.golive(["release", "cutover", "--as", "U0INES", "--confirm"]);
    expect(cutover.code, cutover.err).toBe(0);
    await beginCanary();
    const text = await canary("status");
    expect(text).toMatchObject({ code: 0, err: "" });
    expect(text.out).toMatch(
      /^support-docs: canary #1 \(\S+\) · watching\nrun-2 with v1 against run-1 with v1\n0 h of 48 h/,
    );
    const document = json(await canary("status", "--json"));
    expect(document).toMatchObject({
      ok: true,
      standing: "watching",
      hours: 0,
      of: 48,
      breaches: [],
      next: { kind: "watches", hours_left: 48 },
      candidate: { run: "run-2", config: "v1" },
      baseline: { run: "run-1", config: "v1" },
      ended: null,
    });
    expect(document.kpis).toHaveLength(12);
    for (const each of document.kpis) expect(each).toMatchObject({ standing: "unknown", value: null, beyond: false });
  });

  it("explains a KPI in plain words, and answers a wrong one with the nearest", async () => {
    const explained = await canary("explain", "f1");
    expect(explained.code).toBe(0);
    expect(explained.out).toMatch(/^F1: (not looked at yet|unknown, there is no data)\./);
    expect(explained.out.replaceAll(/\s+/g, " ")).toContain("No data is never healthy.");
    const wrong = await canary("explain", "f2", "--json");
    expect(wrong.code).toBe(2);
    expect(json(wrong)).toMatchObject({
      ok: false,
      error: "kpi-unknown",
      sentence: expect.stringMatching(/mean `f1`/),
    });
  });

  it("refuses who may not, who gives no reason, and hours that are none; nothing changes", async () => {
    const cases: readonly [words: string[], code: number, says: RegExp][] = [
      [["pause", ...REASON], 2, /Add --as/],
      [["pause", "--as", "U0DAN", ...REASON], 1, /canary needs the role release-manager, ml-lead or on-call/],
      [["pause", "--as", "U0OMAR"], 1, /takes a reason of at least 10 characters/],
      [["extend", "0", "--as", "U0OMAR", ...REASON], 2, /whole hours from 1 to 120/],
      [["extend", "1.5", "--as", "U0OMAR", ...REASON], 2, /Expected whole hours/],
      [["acknowledge", "f1", "--as", "U0OMAR"], 1, /f1 is not in breach/],
      [["mute", "f1", "--hours", "x", "--as", "U0OMAR"], 2, /Expected whole hours/],
      [["hold", "--as", "U0OMAR", ...REASON], 1, /nothing to hold/],
      [["abort", "--as", "U0OMAR", ...REASON], 2, /nothing was done\. .*add --confirm/],
    ];
    for (const [words, code, says] of cases) {
      const said = await canary(...words);
      expect(said, words.join(" ")).toMatchObject({ code, out: "" });
      expect(said.err.replaceAll(/\s+/g, " "), words.join(" ")).toMatch(says);
    }
    expect(json(await canary("status", "--json"))).toMatchObject({ standing: "watching", of: 48 });
  });

  it("is paused, resumed and extended, each with its reason; a paused one is not healthy", async () => {
    const paused = await canary("pause", "--as", "U0OMAR", ...REASON);
    expect(paused.code, paused.err).toBe(0);
    expect(paused.out).toMatch(/Paused by .*: looking into it/);
    expect((await canary("status")).code).toBe(3);
    expect((await canary("resume", "--as", "U0OMAR", ...REASON)).code).toBe(0);
    const extended = await canary("extend", "12", "--as", "U0OMAR", ...REASON, "--json");
    expect(json(extended)).toMatchObject({ ok: true, standing: "watching", of: 60 });
  });

  it("of a breach exits with 1 until it ended; it is acknowledged, muted, escalated and held by who may", async () => {
    await findBreach("f1");
    const status = await canary("status");
    expect(status.code).toBe(1);
    const flat = status.out.replaceAll(/\s+/g, " ");
    expect(flat).toContain("🛑 F1 is below the baseline in the canary of support-docs: .56 against .61");
    expect(flat).toContain("Worst questions: gold-17.");
    expect(flat).toMatch(/Rolls back by itself in [45] min because of F1, unless held\./);
    expect((await canary("hold", "--as", "U0OMAR", ...REASON)).out).toMatch(/Held by /);
    expect((await canary("acknowledge", "f1", "--as", "U0DAN")).code).toBe(0);
    expect((await canary("mute", "f1", "--hours", "2", "--as", "U0OMAR")).code).toBe(0);
    expect((await canary("escalate", "f1", "--as", "U0DAN")).code).toBe(0);
    const [breach] = json(await canary("status", "--json")).breaches;
    expect(breach).toMatchObject({
      kpi: "f1",
      on_breach: "rollback",
      value: 0.56,
      baseline: 0.61,
      worst: ["gold-17"],
      acknowledged: { by: "U0DAN" },
      muted_until: expect.stringMatching(/Z$/),
      escalated: [{ step: "person", because: "asked" }],
    });
  });

  it("aborts with --confirm: the bot then rolls back, and no other decision counts", async () => {
    const aborted = await canary("abort", "--as", "U0OMAR", "--confirm", ...REASON, "--json");
    expect(aborted.code, aborted.err).toBe(0);
    expect(json(aborted)).toMatchObject({ ok: true, next: { kind: "rolling-back" } });
    expect(aborted.err).toContain("golive rollback status");
    expect((await canary("promote", "--as", "U0OMAR", ...REASON)).err).toMatch(/Too late/);
  });
});
