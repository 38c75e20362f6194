import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkObservation } from "#src/canary/check-observation";
import { probeTrace } from "#src/canary/probe-trace";
import { probesWait } from "#src/canary/probes/probes-wait";
import type { CanaryWatch } from "#src/canary/watch/state";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { RagServiceError } from "#src/rag/service-error";
import {
  answered,
  armOf,
  dyingLedger,
  HOUR_MS,
  NOW,
  openProbeHouse,
  type ProbeHouse,
  watch,
} from "#test/canary-probes/probe-house";
import { gold } from "#test/evaluation-run/records";
import { honest, questions } from "#test/evaluation-run/run-house";
import { type Releasers, release } from "#test/sandbox/bolt-app";

let house: ProbeHouse;
const releasers: Releasers = [];
beforeEach(async () => {
  house = await openProbeHouse(releasers);
});
afterEach(() => release(releasers));

/** How often each question was asked of each arm. */
const counts = () =>
  [...Map.groupBy(house.asked, (request) => `${request.query} ${armOf(request)}`).values()].map((some) => some.length);
const unreachable = () => new RagServiceError("unreachable", "The RAG service could not be reached.");
const status = (code: number) => new RagServiceError("http-status", `It answered ${code}.`, { status: code });
/** What one question, asked once, leaves: the baseline's observation and the candidate's. */
async function probeOne(changes: Parameters<typeof gold>[1] = {}) {
  house.world.gold = [gold("sync", changes)];
  await house.tick();
  const [baseline, canary] = await house.stored();
  if (baseline === undefined || canary === undefined) throw new Error("nothing was stored");
  return { baseline, canary };
}

describe("probes", () => {
  it("ask every question that the documents answer once of each arm, one arm right after the other, as an evaluation asks", async () => {
    house.world.gold = [...questions(6), gold("nobody-knows", { answerable: false })];
    await house.tick();
    expect(house.asked).toHaveLength(12);
    expect(counts()).toEqual(Array.from({ length: 12 }, () => 1));
    for (let at = 0; at < 12; at += 2) expect(house.asked[at]?.query).toBe(house.asked[at + 1]?.query);
    expect(house.asked[0]).toMatchObject({ eval: { temperature: 0, seed: 42, disable_cache: true } });
    expect(new Set(house.asked.map(({ nonce }) => nonce)).size).toBe(12);
    await house.tick();
    expect(house.asked).toHaveLength(12);
  });

  it("store what the judge says as pairs that are not late: one time for both, when both are known", async () => {
    house.world.gold = questions(3);
    await house.tick();
    const stored = await house.stored();
    expect(stored).toHaveLength(6);
    for (const [place, line] of stored.entries()) {
      expect(checkObservation(line).ok).toBe(true);
      expect(line.trace_id).toBe(probeTrace("can_1", line.query_id, line.arm));
      expect(line.at).toBe(stored[place - (place % 2)]?.at);
      expect(Date.parse(line.at)).toBeGreaterThan(NOW);
      expect(line.error).toBeUndefined();
      expect(line.scores).toEqual({
        f1: 1,
        precision: 1,
        recall: 1,
        faithfulness: 1,
        oracle_prefilter: 1,
        reader_used_gold: 1,
      });
      expect(line).toMatchObject({ budget_violation: false, prefix_leakage: false, snapshot_breadth: 1 });
    }
    expect(new Set(stored.map(({ query_id }) => query_id)).size).toBe(3);
  });

  it("come in an order of their own for each canary, the same in every process, and either arm goes first", async () => {
    const all = questions(12);
    house.world.gold = all;
    await house.tick();
    const first = house.asked.splice(0).map((request) => `${request.query} ${armOf(request)}`);
    await house.tick({}, watch({ id: "can_2" }));
    const other = house.asked.splice(0).map((request) => `${request.query} ${armOf(request)}`);
    expect(first.map((each) => each.split(" ")[3])).not.toEqual(all.flatMap(({ id }) => [id, id]));
    expect(other).not.toEqual(first);
    expect(other.toSorted()).toEqual(first.toSorted());
    const firstArms = first.filter((_, place) => place % 2 === 0).map((each) => each.split(" ").at(-1));
    expect(new Set(firstArms)).toEqual(new Set(["baseline", "canary"]));
  });

  it("keep their pace over all processes, and make up for nothing", async () => {
    house.world.gold = questions(10);
    house.world.perHour = 60;
    const askedAt = async (at: number) => {
      const before = house.asked.length;
      await Promise.all([house.prober().tick(watch(), at), house.prober().tick(watch(), at)]);
      return (house.asked.length - before) / 2;
    };
    const minute = HOUR_MS / 60;
    const times = [0, 0, minute - 1, minute, minute * 1.5, minute * 2, minute * 90, minute * 90 + 1, minute * 91];
    const asked: number[] = [];
    for (const at of times) {
      house.world.now = NOW + at - 1_000;
      asked.push(await askedAt(NOW + at));
    }
    expect(asked).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 1]);
  });

  it("are spread over the window's hours, the same over restarts and replicas; what was missed comes at the pace at most", async () => {
    house.world.gold = questions(20);
    house.world.perHour = 60;
    const long = (pauses: CanaryWatch["pauses"] = []) =>
      watch({ policy: { ...watch().policy, durationHours: 6 }, pauses });
    const askedAt = async (at: number, pauses?: CanaryWatch["pauses"]) => {
      const before = house.asked.length;
      house.world.now = NOW + at - 1_000;
      await Promise.all([house.prober().tick(long(pauses), NOW + at), house.prober().tick(long(pauses), NOW + at)]);
      return (house.asked.length - before) / 2;
    };
    const minute = HOUR_MS / 60;
    let first = 0;
    for (let at = 0; at < 14; at++) first += await askedAt(at * minute);
    expect(first).toBe(10);
    const next = async (...minutes: readonly number[]) => {
      const asked: number[] = [];
      for (const at of minutes) asked.push(await askedAt(at * minute));
      return asked;
    };
    expect(await next(23, 24.5, 26, 58, 59.5)).toEqual([0, 1, 0, 0, 1]);
    // Nobody was there for an hour and three quarters: three are due.
    expect(await next(165, 165.5, 166, 167, 168)).toEqual([1, 0, 1, 1, 0]);
    // Two hours in which it was paused are none of the window's.
    const paused = [{ from: NOW + 170 * minute, to: NOW + 290 * minute }];
    expect([await askedAt(300 * minute, paused), await askedAt(320 * minute, paused)]).toEqual([0, 1]);
  });

  it("say when all were asked why no more come", async () => {
    house.world.gold = questions(2);
    expect(await probesWait(house.pool, "can_1")).toBeNull();
    house.world.perHour = 60;
    await house.tick();
    expect(await probesWait(house.pool, "can_1")).toBeNull();
    house.world.now += HOUR_MS;
    await house.tick();
    expect(await probesWait(house.pool, "can_1")).toBe("all 2 of them were asked, each once.");
  });

  it.each(["paused", "deciding", "ended"] as const)("leave a canary alone that is %s", async (standing) => {
    house.world.gold = questions(1);
    await house.tick({}, watch({ standing }));
    expect(house.asked).toEqual([]);
  });

  it("store nothing of a canary that is paused meanwhile, and ask that question later", async () => {
    house.world.gold = questions(1);
    house.world.watching = false;
    await house.tick();
    expect(house.asked).toHaveLength(2);
    expect(await house.stored()).toEqual([]);
    house.world.watching = true;
    await house.tick();
    expect(await house.stored()).toHaveLength(2);
  });

  it("are none where the service wants none", async () => {
    house.world.gold = questions(1);
    await house.tick({ serviceOf: () => null });
    expect(house.asked).toEqual([]);
  });
});

describe("two replicas", () => {
  it("share the questions: each is asked once of each arm, whoever asks", async () => {
    house.world.gold = questions(12);
    const [one, two] = [house.prober(), house.prober()];
    // The pace holds neither back: only what the other one has does.
    house.world.perHour = 3_600_000;
    await Promise.all([one.tick(watch(), NOW), two.tick(watch(), NOW + 500)]);
    expect(counts()).toEqual(Array.from({ length: 24 }, () => 1));
    expect(await house.stored()).toHaveLength(24);
  });

  it("with another file each ask the questions of the first", async () => {
    house.world.perHour = 60;
    house.world.gold = questions(2);
    await house.tick();
    house.world.gold = [gold("another")];
    house.world.now += HOUR_MS;
    await house.tick();
    expect(house.asked.map(({ query }) => query)).not.toContain("How long does another last?");
    expect(house.asked).toHaveLength(4);
  });

  it("leave a question to the one that has it by now", async () => {
    house.world.gold = questions(1);
    house.answering(async (request) => {
      await house.pool.query("UPDATE golive.canary_probe SET holder = gen_random_uuid()");
      return honest(request);
    });
    await house.tick();
    expect(await house.stored()).toEqual([]);
    house.answering(honest);
    await house.tick();
    expect(await house.stored()).toEqual([]);
    await house.leasesEnd();
    await house.tick();
    expect(await house.stored()).toHaveLength(2);
  });
});

describe("a process that is killed", () => {
  it("at any word to the database loses nothing, stores nothing twice, and repeats the question under way at most", async () => {
    // Planned? The plan; then for each question a claim and an end; and a claim that finds nothing.
    const steps = 7;
    for (let step = 1; step <= steps; step++) {
      for (const when of ["before", "after"] as const) {
        const canary = watch({ id: `can_${step}_${when}` });
        house.world.gold = questions(2);
        house.asked.splice(0);
        await expect(house.tick({ ledger: dyingLedger(house.ledger, step, when) }, canary)).rejects.toThrow("killed");
        const repeated = house.asked.length;
        await house.leasesEnd();
        await house.tick({}, canary);
        expect(Math.max(...counts()), `${when} ${step}`).toBeLessThanOrEqual(2);
        expect(house.asked.length, `${when} ${step}`).toBeLessThanOrEqual(4 + 2);
        expect(repeated).toBeLessThanOrEqual(4);
        const traces = (await house.stored()).map(({ trace_id }) => trace_id).filter((id) => id.includes(canary.id));
        expect(traces, `${when} ${step}`).toHaveLength(4);
        expect(new Set(traces).size).toBe(4);
      }
    }
  });

  it("holds its question for the length of a lease, and pays the judge for no label twice", async () => {
    house.world.gold = questions(1);
    await expect(house.tick({ ledger: dyingLedger(house.ledger, 4, "before") })).rejects.toThrow("killed");
    const paid = house.judged();
    expect(paid).toBeGreaterThan(0);
    await house.tick();
    expect(house.asked).toHaveLength(2);
    await house.leasesEnd();
    await house.tick();
    expect(house.asked).toHaveLength(4);
    expect(house.judged()).toBe(paid);
  });

  it("by a shutdown puts its question back at once", async () => {
    house.world.gold = questions(1);
    const ending = new AbortController();
    house.answering((request) => {
      ending.abort(new Error("shutting down"));
      return honest(request);
    });
    await house.tick({ signal: ending.signal });
    expect(await house.stored()).toEqual([]);
    house.answering(honest);
    await house.tick();
    expect(await house.stored()).toHaveLength(2);
  });
});

describe("a service that fails", () => {
  it("with an error or a timeout has the worst scores for it: it is asked once", async () => {
    house.answering((request) => {
      if (armOf(request) === "canary") throw status(500);
      throw new RagServiceError("timeout", "It gave no whole answer within 60 s.");
    });
    const { baseline, canary } = await probeOne();
    expect([baseline.error, canary.error]).toEqual(["timeout", "http-status 500"]);
    expect(house.asked).toHaveLength(2);
    expect(canary.scores).toBeUndefined();
    expect(checkObservation(canary)).toMatchObject({ observation: { failed: true, queryId: "sync" } });
  });

  it.each([
    ["can't be reached", unreachable],
    ["is not behind its proxy", () => status(503)],
    ["takes no more questions", () => status(429)],
  ])("for both arms alike because it %s is waited for, however long, and nothing counts", async (_, failure) => {
    house.world.gold = questions(1);
    house.answering(() => {
      throw failure();
    });
    for (let tries = 0; tries < 4; tries++) {
      await house.tick();
      await house.waited();
    }
    expect(house.asked).toHaveLength(8);
    expect(await house.stored()).toEqual([]);
    expect(await house.trouble()).toBe(failure().message);
    house.answering(honest);
    await house.tick();
    expect((await house.stored()).map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await house.trouble()).toBeNull();
  });

  it("is not asked again before some time has passed", async () => {
    house.world.gold = questions(1);
    house.answering(() => {
      throw unreachable();
    });
    await house.tick();
    await house.tick();
    expect(house.asked).toHaveLength(2);
  });

  it("of one arm alone is tried three times, then that is the arm's failure", async () => {
    house.world.gold = [gold("sync")];
    house.answering((request) => {
      if (armOf(request) === "canary") throw unreachable();
      return honest(request);
    });
    for (let tries = 0; tries < 3; tries++) {
      expect(await house.stored()).toEqual([]);
      await house.tick();
      await house.waited();
    }
    expect((await house.stored()).map(({ arm, error }) => [arm, error])).toEqual([
      ["baseline", undefined],
      ["canary", "unreachable"],
    ]);
  });

  it("to take our token is waited for, with the reason", async () => {
    house.world.gold = questions(1);
    house.answering(() => {
      throw new RagServiceError("denied", "Its token is not accepted.", { status: 401 });
    });
    await house.tick();
    expect(await house.stored()).toEqual([]);
    expect(await house.trouble()).toBe("Its token is not accepted.");
  });

  it("to answer as it was asked, for both arms alike, is waited for; for one arm it is that arm's failure", async () => {
    house.world.gold = [gold("sync")];
    house.answering((request) => answered(request, { cache: "hit" }));
    await house.tick();
    expect(await house.stored()).toEqual([]);
    expect(await house.trouble()).toContain("it came out of a cache");
    await house.waited();
    house.answering((request) =>
      armOf(request) === "canary" ? answered(request, { run_id: "run-1" }) : honest(request),
    );
    await house.tick();
    expect((await house.stored()).map(({ error }) => error)).toEqual([undefined, "not-as-asked"]);
  });
});

describe("a judge", () => {
  it("that is throttled is waited for: nothing counts, and no question is used up", async () => {
    house.world.gold = questions(2);
    house.bedrock.faults.some({ kind: "throttle" }, 1);
    await house.tick();
    expect(await house.stored()).toEqual([]);
    expect(house.asked).toHaveLength(2);
    expect(await house.trouble()).toMatch(/throttl|too many/i);
    house.bedrock.faults.clear();
    await house.waited();
    await house.tick();
    const stored = await house.stored();
    expect(stored).toHaveLength(4);
    expect(stored.every(({ scores }) => scores?.f1 === 1)).toBe(true);
  });

  it("that gives no valid labels leaves the answer ungraded: its scores are null, what needs no judge is there", async () => {
    house.world.gold = [gold("sync")];
    // The first arm's second request checks its claims; twice.
    house.bedrock.faults.sequence([null, { kind: "shouted-labels" }, { kind: "shouted-labels" }]);
    await house.tick();
    const ungraded = (await house.stored()).filter(({ scores }) => scores?.f1 === null);
    expect(ungraded).toHaveLength(1);
    expect(ungraded[0]).toMatchObject({
      scores: {
        f1: null,
        precision: null,
        recall: null,
        faithfulness: null,
        reader_used_gold: null,
        oracle_prefilter: 1,
      },
      budget_violation: false,
    });
    expect(ungraded[0]?.error).toBeUndefined();
  });

  it("that nobody may ask is waited for, with the reason", async () => {
    house.world.gold = questions(1);
    house.bedrock.faults.some({ kind: "unknown-model" }, 1);
    await house.tick();
    expect(await house.stored()).toEqual([]);
    expect(await house.trouble()).not.toBeNull();
  });
});

describe("a gold file", () => {
  it("that is gone is refused with a sentence, and taken when it is back", async () => {
    house.world.gold = new ResultFileError("missing", "there is no such file");
    await house.tick();
    await house.tick();
    expect(house.asked).toEqual([]);
    const sentence = "The gold file can't be used: there is no such file.";
    expect(await house.trouble()).toBe(sentence);
    expect(house.said.filter((line) => line.includes(sentence))).toHaveLength(1);
    house.world.gold = questions(1);
    await house.waited();
    await house.tick();
    expect(await house.stored()).toHaveLength(2);
    expect(await house.trouble()).toBeNull();
  });

  it("without a single answer is of no use", async () => {
    house.world.gold = [gold("nobody-knows", { answerable: false })];
    await house.tick();
    expect(await house.trouble()).toContain("it holds no question with an answer");
  });

  it("that is gone once the questions are known is not missed", async () => {
    house.world.perHour = 60;
    house.world.gold = questions(2);
    await house.tick();
    house.world.gold = new ResultFileError("missing", "there is no such file");
    house.world.now += HOUR_MS;
    await house.tick();
    expect(await house.stored()).toHaveLength(4);
  });
});

describe("a hostile answer", () => {
  const call = { tool: "search", arguments: { q: 1 }, intent: "using=search reason=facts expected=hits" };
  const schema = { type: "object", properties: { q: { type: "string" } }, required: ["q"] };
  const none = { schema: null, mutating: null, dry_run: null, approval_id: null, retries: null };
  const hostile = (changes: (request: Parameters<typeof honest>[0]) => Partial<ReturnType<typeof honest>>) =>
    house.answering((request) => (armOf(request) === "canary" ? answered(request, changes(request)) : honest(request)));

  it("is believed in nothing that can be counted: tokens, leaks, candidates, schemas", async () => {
    hostile((request) => ({
      context: [{ chunk_id: "c1", document: "a.md", text: "word ".repeat(101), tokens: 0 }],
      snapshot: honest(request).snapshot.map((chunk) => ({ ...chunk, bm25_text: " Document: a.md" })),
      candidates: { before_clamp: 1_000, before_dedup: 1, after_dedup: 5 },
      tool_calls: [{ ...call, ...none, schema, mutating: true }],
    }));
    const { canary } = await probeOne();
    expect(canary).toMatchObject({
      budget_violation: true,
      prefix_leakage: true,
      snapshot_breadth: 1,
      tool_calls: [{ name: "search", schema_ok: false, mutating: true, dry_run: false, intent_line: true }],
    });
    expect(canary).not.toHaveProperty("candidates_before_dedup");
    expect(canary).not.toHaveProperty("candidates_after_dedup");
  });

  it("is not searched for leaks where it shows nothing", async () => {
    hostile(() => ({ snapshot: [] }));
    const { baseline, canary } = await probeOne();
    expect(canary).not.toHaveProperty("prefix_leakage");
    expect(canary).toMatchObject({ snapshot_breadth: 0, scores: { oracle_prefilter: 0 } });
    expect(baseline).toHaveProperty("prefix_leakage", false);
  });

  it("with more calls than a trace can keep is the system's failure, and the question is done", async () => {
    hostile(() => ({ tool_calls: Array.from({ length: 1_000 }, () => ({ ...call, ...none })) }));
    const { canary } = await probeOne();
    expect(canary.error).toBe("the trace can't be kept");
    await house.tick();
    expect(house.asked).toHaveLength(2);
  });

  it("keeps no words of its own in an error", async () => {
    house.answering((request) => {
      if (armOf(request) === "canary")
        throw new RagServiceError("http-status", "It answered 500: \0 secret.", { status: 500 });
      return honest(request);
    });
    const { canary } = await probeOne();
    expect(canary.error).toBe("http-status 500");
  });
});

describe("evidence", () => {
  const chunks = { run: "run-1", ids: ["c9"] };

  it("by chunk ids counts where both arms have that run; else both are held to words alike", async () => {
    const { baseline, canary } = await probeOne({ chunks });
    expect([baseline.scores?.oracle_prefilter, canary.scores?.oracle_prefilter]).toEqual([1, 1]);
  });

  it("by chunk ids is kept when only the configuration differs", async () => {
    house.world.gold = [gold("sync", { chunks })];
    await house.tick({}, watch({ candidate: { run: "run-1", config: "v2" } }));
    expect((await house.stored()).map(({ scores }) => scores?.oracle_prefilter)).toEqual([0, 0]);
  });
});

describe("the bot's role", () => {
  it("changes no question, and forgets none", async () => {
    house.world.gold = questions(1);
    await house.tick();
    for (const sql of ["UPDATE golive.canary_probe SET gold = '{}'", "DELETE FROM golive.canary_probe"]) {
      await expect(house.pool.query(sql)).rejects.toMatchObject({ code: "42501" });
    }
  });
});
