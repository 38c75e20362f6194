import { describe, expect, it } from "vitest";
import type { Observation } from "#src/canary/observation";
import type { SloInputs } from "#src/operations/slo/inputs";
import { readSloInputs } from "#src/operations/slo/read-slos";
import { SLOS } from "#src/operations/slo/slo";
import { askedIn, promptAuditFinding } from "#src/operations/slo/work/findings";
import { addUp, DAY, HOUR, inputsOf, NOTHING_ASKED, NOW, policyOf, questions, steady } from "#test/slo/world";

const WINDOW = NOW - 28 * DAY;
const read = (id: string, inputs: Partial<SloInputs>, slos: object = {}, now = NOW) => {
  const found = readSloInputs(policyOf(slos), inputsOf(inputs), now).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
/** 28 days of ten requests an hour: 6,720. */
const month = (said: (index: number, at: number) => Partial<Observation>) => addUp(steady(WINDOW, 28 * 24, 10, said));
const PINNED = { objectives: { p95_baseline_s: 2, throughput_baseline: 0.999 } };

describe("an SLO that is counted request by request", () => {
  it("has a budget of what its target allows of all requests", () => {
    const found = read(
      "answered",
      month((index) => ({ failed: index % 400 === 0 })),
    );
    // 0.5 % of 6,720 are 33.6; 17 failed.
    expect(found).toMatchObject({ standing: "pass", events: 6_720, bad: 17, value: "99.75 %", bar: "≥ 99.5 %" });
    expect(found.budgetLeft).toBeCloseTo(1 - 17 / 33.6, 9);
    expect(found.says).toBe("17 of 6,720 requests got no answer; 33 may be.");
  });

  it("is missed and spent with one bad request more than that, and not with one fewer", () => {
    const failing = (most: number) => month((index) => ({ failed: index % 50 === 0 && index / 50 < most }));
    expect(read("answered", failing(33))).toMatchObject({ standing: "pass", spent: false, bad: 33 });
    expect(read("answered", failing(34))).toMatchObject({ standing: "fail", spent: true, bad: 34 });
  });

  it("takes a percentile as the share of requests over the bar: p95 within it is 95 % within it, and failures are over", () => {
    const slow = (every: number) => month((index) => ({ latency: index % every === 0 ? 5 : 1 }));
    expect(read("p95_latency", slow(21), PINNED)).toMatchObject({ standing: "pass", bar: "≤ 2.3 s" });
    expect(read("p95_latency", slow(19), PINNED)).toMatchObject({ standing: "fail", value: "4.97 s" });
    const failing = month((index) => ({ failed: index % 19 === 0, latency: 0.1 }));
    expect(read("p95_latency", failing, PINNED)).toMatchObject({ standing: "fail", value: "no answer" });
  });

  it("takes embedding times from traces alone, each text by itself, with the bar of where the embedder runs", () => {
    const embedded = month((index) => ({ embeddingMs: index % 10 === 0 ? [20, 50] : [20] }));
    expect(read("embedding_latency", embedded, { embedder: "accelerator" })).toMatchObject({
      standing: "fail",
      events: 7_392,
      bad: 672,
      bar: "≤ 35 ms",
    });
    expect(read("embedding_latency", embedded, { embedder: "cpu" })).toMatchObject({
      standing: "pass",
      bar: "≤ 65 ms",
    });
    const every = (ms: number) =>
      read(
        "embedding_latency",
        month(() => ({ embeddingMs: [ms] })),
        { embedder: "accelerator" },
      );
    expect(every(35)).toMatchObject({ standing: "pass", bad: 0 });
    expect(every(35.5)).toMatchObject({ standing: "fail", bad: 6_720 });
    expect(
      read(
        "embedding_latency",
        month(() => ({})),
      ),
    ).toMatchObject({
      standing: "inconclusive",
      says: "No trace says `embedding_ms`.",
    });
  });

  it("counts retries among all tries of tool calls, of traces that say so; exactly the bar misses it", () => {
    const tools = { calls: 1, conforming: 1, announced: 1, unrehearsed: 0 };
    const tried = (every: number) => month((index) => ({ tools, retries: index % every === 0 ? 1 : 0 }));
    expect(read("tool_retries", tried(200))).toMatchObject({ standing: "pass", events: 6_754, bad: 34 });
    expect(read("tool_retries", tried(90))).toMatchObject({ standing: "fail" });
    const exactly = month((index) => ({ tools: { ...tools, calls: 99 }, retries: index < 0 ? 0 : 1 }));
    expect(read("tool_retries", exactly)).toMatchObject({ value: "1 %", standing: "fail" });
    expect(
      read(
        "tool_retries",
        month(() => ({ tools })),
      ),
    ).toMatchObject({ says: "No trace says `retries` of a tool call." });
  });

  it("judges throughput in the busiest tenth of hours alone, against the baseline", () => {
    const busy = (failed: (index: number, peak: boolean) => boolean) => {
      const hours = Array.from({ length: 28 * 24 }, (_, hour) => {
        const isPeak = hour % 10 === 0;
        return steady(WINDOW + hour * HOUR, 1, isPeak ? 50 : 5, (index) => ({ failed: failed(index, isPeak) }));
      });
      return addUp(hours.flatMap((each) => [...each]));
    };
    // 2 % at peak: 98 % is below 99.9 % − 1 point.
    expect(
      read(
        "throughput",
        busy((index, peak) => peak && index === 0),
        PINNED,
      ),
    ).toMatchObject({
      standing: "fail",
      value: "98 %",
      bar: "≥ 98.9 %",
    });
    // The same losses at night don't count here.
    expect(
      read(
        "throughput",
        busy((index, peak) => !peak && index === 0),
        PINNED,
      ),
    ).toMatchObject({
      standing: "pass",
      value: "100 %",
    });
  });

  it("judges degradation in hours in which the service turned somebody away: who was lost or waited too long is bad", () => {
    const overload = (lost: number, latency: number) =>
      month((index, at) => {
        const isOverloaded = Math.floor(at / HOUR) % 20 === 0;
        const rejected = isOverloaded && index % 10 < lost;
        return { rejected, failed: rejected, latency: isOverloaded ? latency : 1 };
      });
    // Twice the bar of 2.3 s.
    expect(
      read("degradation", overload(1, 4), { objectives: { p95_baseline_s: 2, degradation_min: 0.85 } }),
    ).toMatchObject({
      standing: "pass",
      value: "90 %",
    });
    expect(read("degradation", overload(1, 6), PINNED)).toMatchObject({ standing: "fail", value: "0 %" });
    expect(
      read(
        "degradation",
        month(() => ({ rejected: false })),
        PINNED,
      ),
    ).toMatchObject({
      standing: "inconclusive",
      says: "Nobody was turned away in this window: there was no overload to judge.",
    });
    expect(
      read(
        "degradation",
        month(() => ({})),
        PINNED,
      ).says,
    ).toMatch(/No trace says `rejected`/);
  });
});

describe("a baseline that nobody pinned", () => {
  it("is that of the window before, once it holds enough", () => {
    const both = addUp([
      ...steady(WINDOW - 28 * DAY, 28 * 24, 10, () => ({ latency: 1 })),
      ...steady(WINDOW, 28 * 24, 10, (index) => ({ latency: index % 10 === 0 ? 1.3 : 1 })),
    ]);
    expect(read("p95_latency", both)).toMatchObject({ standing: "fail", bar: "≤ 1.15 s", value: "1.3 s" });
    expect(read("throughput", both)).toMatchObject({ standing: "pass", bar: "≥ 99 %" });
    const follows = /The baseline is that of the 28 days before, so a slow decline isn't seen\.$/;
    expect(read("p95_latency", both).says).toMatch(follows);
    expect(read("throughput", both).says).toMatch(follows);
    expect(read("p95_latency", both, PINNED).says).not.toMatch(follows);
    expect(read("answered", both).says).not.toMatch(follows);
  });

  it("is none before that, and what rests on it is no pass", () => {
    for (const id of ["p95_latency", "throughput", "degradation"]) {
      expect(
        read(
          id,
          month(() => ({ rejected: false })),
        ),
      ).toMatchObject({
        standing: "inconclusive",
        budgetLeft: null,
        says: expect.stringMatching(/^Nothing to compare with/),
      });
    }
  });
});

describe("too little data", () => {
  it("is never a pass: nothing, few requests, few hours, and silence, each with its reason", () => {
    const cases: [Partial<SloInputs>, RegExp][] = [
      [{}, /^No request was reported/],
      [addUp(steady(NOW - 12 * HOUR, 12, 100)), /^Requests in 12 hours so far; 24 are the least/],
      [addUp(steady(NOW - 10 * DAY, 240, 2)), /^480 events so far; with fewer than 600 even a spotless record/],
      [addUp(steady(WINDOW, 20 * 24, 10)), /^No request was reported for 8 days/],
    ];
    for (const [inputs, says] of cases) {
      expect(read("answered", inputs)).toMatchObject({
        standing: "inconclusive",
        says: expect.stringMatching(says),
        budgetLeft: null,
        spent: false,
      });
    }
  });

  it("spends no small budget by a little bad luck: 4 of 700 where 3.5 may be", () => {
    const few = (bad: number) => addUp(steady(NOW - 350 * HOUR, 350, 2, (index) => ({ failed: index < bad })));
    expect(read("answered", few(4))).toMatchObject({ standing: "fail", spent: false });
    expect(read("answered", few(12))).toMatchObject({ standing: "fail", spent: true });
  });

  it("of requests that Golive made itself says nothing about users", () => {
    expect(read("answered", addUp(steady(WINDOW, 28 * 24, 10), "probe"))).toMatchObject({
      standing: "inconclusive",
      events: 0,
    });
  });
});

describe("a trend", () => {
  it("compares the halves of the window, and is none where chance explains the difference", () => {
    const rising = (share: number) =>
      month((index, at) => ({
        failed: at >= NOW - 14 * DAY ? index % Math.round(1 / share) === 0 : index % 250 === 0,
      }));
    expect(read("answered", rising(0.03)).trend).toBe("worse");
    expect(read("answered", rising(0.0041)).trend).toBe("same");
    expect(
      read(
        "answered",
        month((index, at) => ({ failed: at < NOW - 14 * DAY && index % 30 === 0 })),
      ).trend,
    ).toBe("better");
  });
});

describe("gold questions", () => {
  it("count each once, fifty at least, and say how sure that is", () => {
    expect(read("oracle_prefilter", { questions: questions("oracle_prefilter", 49, 49) })).toMatchObject({
      standing: "inconclusive",
      value: "100 %",
      budgetLeft: null,
    });
    const close = read("oracle_prefilter", { questions: questions("oracle_prefilter", 130, 112) });
    expect(close).toMatchObject({
      standing: "pass",
      says: expect.stringMatching(/holds the bar: too few questions to be sure/),
    });
    expect(read("reader_used_gold", { questions: questions("reader_used_gold", 400, 340) }).says).not.toMatch(
      /too few/,
    );
  });

  it("below the bar miss the SLO, and spend its budget only where that is no chance", () => {
    const at = (good: number) => read("oracle_prefilter", { questions: questions("oracle_prefilter", 130, good) });
    expect(at(108)).toMatchObject({ standing: "fail", spent: false });
    expect(at(95)).toMatchObject({ standing: "fail", spent: true });
  });
});

describe("what may not be even once", () => {
  const found = (verdict: "pass" | "fail" | "inconclusive", events: number, bad: number) => ({
    verdict,
    says: "…",
    events,
    bad,
  });
  it("is spent by the first one, whole without, and nothing where nobody could look", () => {
    expect(read("prompt_audit", { promptAudit: found("fail", 20, 1) })).toMatchObject({
      spent: true,
      budgetLeft: 0,
      value: "95 %",
    });
    expect(read("audit_trail", { auditTrail: found("pass", 900, 0) })).toMatchObject({
      spent: false,
      budgetLeft: 1,
      value: "complete",
    });
    expect(read("few_shot_leakage", {})).toMatchObject({
      standing: "inconclusive",
      spent: false,
      budgetLeft: null,
      value: null,
    });
  });

  it("passes nothing while an evaluation could not be counted; what was found stays found", () => {
    const sums = (uncounted: number, bad: number) => ({
      ...{ runs: 3, asked: 90, hard_timeouts: bad, hard_timeouts_left_out: 0, without_manifest: bad, unshown: 0 },
      ...{ bad, left_out: 0, uncounted },
    });
    const both = (uncounted: number, bad: number) =>
      [
        read("hard_timeouts", { evaluations: askedIn(sums(uncounted, bad)) }),
        read("prompt_audit", { promptAudit: promptAuditFinding(sums(uncounted, bad), { all: 1, without: 0 }) }),
      ].map(({ standing }) => standing);
    expect(both(0, 0)).toEqual(["pass", "pass"]);
    expect(both(1, 0)).toEqual(["inconclusive", "inconclusive"]);
    expect(both(1, 1)).toEqual(["fail", "fail"]);
  });

  it("is a hard timeout of an evaluation or of a probe; of few questions none says nothing", () => {
    const asked = (n: number, hardTimeouts: number) =>
      read("hard_timeouts", { evaluations: { ...NOTHING_ASKED, asked: n, hardTimeouts } });
    expect(asked(49, 0)).toMatchObject({ standing: "inconclusive" });
    expect(asked(50, 0)).toMatchObject({ standing: "pass", budgetLeft: 1 });
    expect(asked(3, 1)).toMatchObject({ standing: "fail", spent: true });
    const probes = addUp(
      steady(WINDOW, 60, 1, (index) => ({ hardTimeout: index === 7, failed: index === 7 })),
      "probe",
    );
    expect(read("hard_timeouts", probes)).toMatchObject({ standing: "fail", events: 60, bad: 1 });
    const users = addUp(steady(WINDOW, 60, 1, () => ({ hardTimeout: true, failed: true })));
    expect(read("hard_timeouts", users)).toMatchObject({ standing: "inconclusive", events: 0 });
  });
});

describe("all of them", () => {
  it("are read in their order, without those that don't apply", () => {
    const all = readSloInputs(policyOf(), inputsOf({}), NOW);
    expect(all.map(({ id }) => id)).toEqual(SLOS);
    expect(all.every(({ standing }) => standing === "inconclusive")).toBe(true);
    const without = readSloInputs(policyOf({ not_applicable: { tool_retries: "no tools at all" } }), inputsOf({}), NOW);
    expect(without.map(({ id }) => id)).toEqual(SLOS.filter((id) => id !== "tool_retries"));
  });
});
