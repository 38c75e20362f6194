import { describe, expect, it } from "vitest";
import type { SloBurn, SloEvent } from "#src/operations/slo/events";
import { readSloInputs } from "#src/operations/slo/read-slos";
import { createWatch } from "#test/slo/looks";
import { live } from "#test/slo/month";
import { addUp, DAY, HOUR, inputsOf, NOW, policyOf, SLOT, seeded, steady } from "#test/slo/world";

type Told = { readonly type: string; readonly at: number; readonly severity: string; readonly burn: SloBurn | null };
const toldBy = (watch: ReturnType<typeof createWatch>): Told[] =>
  watch.facts.flatMap(({ event, at }): Told[] => {
    if (event.type === "slo-burning") return [{ type: "burning", at, severity: event.burn.severity, burn: event.burn }];
    return event.type === "slo-calm" ? [{ type: "calm", at, severity: event.severity, burn: null }] : [];
  });

describe("burn alerts", () => {
  it("page once for an outage of 20 %, within 25 minutes, and calm down once when it is over", () => {
    const [from, until] = [NOW - 20 * HOUR, NOW - 18 * HOUR];
    const watch = live({ days: 3, perHour: 600, seed: 1, failing: (at) => (at >= from && at < until ? 0.2 : 0.001) });
    const told = toldBy(watch).filter(({ severity }) => severity === "page");
    expect(told.map(({ type }) => type)).toEqual(["burning", "calm"]);
    const [begun, calm] = told;
    expect((begun?.at ?? 0) - from).toBeLessThanOrEqual(25 * 60_000);
    expect(begun?.burn).toMatchObject({ threshold: 14.4, longHours: 1 });
    expect((calm?.at ?? 0) - until).toBeGreaterThan(0);
    expect((calm?.at ?? 0) - until).toBeLessThanOrEqual(HOUR);
  });

  it("page a total outage at night of a service with twelve requests an hour, and not one of two that failed", () => {
    const [from, until] = [NOW - 9 * HOUR, NOW - 5 * HOUR];
    const dark = live({ days: 3, perHour: 12, seed: 3, failing: (at) => (at >= from && at < until ? 1 : 0) });
    const page = toldBy(dark).find(({ severity }) => severity === "page");
    expect(((page?.at ?? Number.POSITIVE_INFINITY) - from) / HOUR).toBeLessThan(2);
    const watch = createWatch();
    for (const bad of [1, 2, 4]) {
      const night = addUp(steady(NOW - HOUR, 1, 5, (index) => ({ failed: index >= 5 - bad })));
      expect(watch.look(inputsOf(night), NOW)).toEqual([]);
    }
  });

  it("make a ticket of a slow burn that would use the budget up in nine days, and never page it", () => {
    const watch = live({ days: 10, perHour: 300, seed: 5, failing: (at) => (at >= NOW - 4 * DAY ? 0.016 : 0.001) });
    const told = toldBy(watch);
    expect(told[0]).toMatchObject({ type: "burning", severity: "ticket" });
    expect(told.every(({ severity }) => severity === "ticket")).toBe(true);
    expect(told.filter(({ type }) => type === "burning")).toHaveLength(1);
  });

  it("don't flap about a rate that swings around the bar", () => {
    // 7 % is 14 times what may be; it comes and goes every ten minutes.
    const watch = live({
      days: 3,
      perHour: 1_200,
      seed: 7,
      failing: (at) => (at < NOW - 2 * DAY ? 0.001 : Math.floor(at / (2 * SLOT)) % 2 === 0 ? 0.1 : 0.05),
    });
    expect(
      toldBy(watch)
        .filter(({ severity }) => severity === "page")
        .map(({ type }) => type),
    ).toEqual(["burning"]);
  });

  it("are one page for bursts of five minutes in every fifteen: a quiet look between two is no calm", () => {
    const [from, until] = [NOW - 8 * HOUR, NOW - 2 * HOUR];
    const bursts = (at: number) => (at >= from && at < until && (at / SLOT) % 3 === 0 ? 0.35 : 0.001);
    const pages = toldBy(live({ days: 3, perHour: 600, seed: 13, failing: bursts })).filter(
      ({ severity }) => severity === "page",
    );
    expect(pages.map(({ type }) => type)).toEqual(["burning", "calm"]);
    expect(pages[1]?.at).toBeGreaterThan(until);
    expect((pages[1]?.at ?? 0) - until).toBeLessThanOrEqual(HOUR);
  });

  it("begin with nothing and end with nothing where nobody is heard: silence is no calm", () => {
    const watch = createWatch();
    const outage = addUp(steady(NOW - 2 * HOUR, 2, 600, (_, at) => ({ failed: at >= NOW - HOUR })));
    expect(watch.look(inputsOf(outage), NOW)).toEqual(["slo-burning"]);
    for (const later of [0.5, 2, 8, 30])
      expect(watch.look(inputsOf(outage), NOW + later * HOUR)).not.toContain("slo-calm");
    const after = addUp([
      ...steady(NOW - 2 * HOUR, 2, 600, (_, at) => ({ failed: at >= NOW - HOUR })),
      ...steady(NOW + 29 * HOUR, 7, 600),
    ]);
    expect(watch.look(inputsOf(after), NOW + 36 * HOUR)).toContain("slo-calm");
    expect(createWatch().look(inputsOf({}), NOW)).toEqual([]);
  });

  it("see what comes late as if it had come in time", () => {
    const whole = addUp(
      steady(NOW - 3 * HOUR, 3, 600, (index, at) => ({ failed: at >= NOW - HOUR && index % 4 === 0 })),
    );
    const early = addUp(
      steady(NOW - 3 * HOUR, 3, 600, (index, at) => ({ failed: at >= NOW - SLOT && index % 4 === 0 })),
    );
    const watch = createWatch();
    expect(watch.look(inputsOf(early), NOW)).toEqual([]);
    expect(watch.look(inputsOf(whole), NOW)).toEqual(["slo-burning"]);
  });

  it("say who is on call for a page alone, and look at each rule's own windows", () => {
    const outage = addUp(steady(NOW - 2 * HOUR, 2, 600, (index) => ({ failed: index % 5 === 0 })));
    const event = (policy: object): SloEvent | undefined => {
      const watch = createWatch({ policy: policyOf(policy) });
      watch.look(inputsOf(outage), NOW);
      return watch.facts[0]?.event as SloEvent | undefined;
    };
    expect(event({})).toMatchObject({
      burn: { severity: "page", longRate: 40, shortRate: 40 },
      onCall: [{ id: "U0ON" }],
    });
    expect(event({ alerts: { pages_for: [] } })).toMatchObject({ burn: { severity: "ticket" }, onCall: [] });
    expect(event({ alerts: { page: [{ rate: 50, hours: 1, short_min: 5 }], ticket: [] } })).toBeUndefined();
  });

  it("end when their rule was changed, and make way for what burns by the new one at once", () => {
    const rule = (hours: number) => ({ alerts: { page: [{ rate: 14.4, hours, short_min: 5 }], ticket: [] } });
    const outage = addUp(steady(NOW - 4 * HOUR, 4, 600, (index) => ({ failed: index % 5 === 0 })));
    const read = (hours: number) => readSloInputs(policyOf(rule(hours)), inputsOf(outage), NOW);
    const watch = createWatch({ policy: policyOf(rule(3)) });
    expect(watch.see(read(3), NOW)).toEqual(["slo-burning"]);
    watch.policy = policyOf(rule(1));
    expect(watch.see(read(1), NOW)).toEqual(["slo-calm", "slo-burning"]);
    expect(watch.state().alerts.map(({ burn, calm }) => [burn.longHours, calm?.says ?? null])).toEqual([
      [3, "Requests answered: The rule that it began by was changed."],
      [1, null],
    ]);
    // Each has a message of its own.
    expect(watch.told.at(-1)?.repaint).toEqual(["sb_docs/1", "sb_docs/3"]);
    expect(watch.see(read(1), NOW + SLOT)).toEqual([]);
  });

  it("end when there is nothing to compare with any more", () => {
    const pinned = policyOf({ objectives: { p95_baseline_s: 1 } });
    const slow = addUp(steady(NOW - 8 * HOUR, 8, 600, () => ({ latency: 9 })));
    const watch = createWatch({ policy: pinned });
    watch.look(inputsOf(slow), NOW);
    expect(watch.facts.some(({ event }) => event.type === "slo-burning" && event.burn.slo === "p95_latency")).toBe(
      true,
    );
    watch.policy = policyOf();
    expect(watch.look(inputsOf(slow), NOW)).toContain("slo-calm");
    expect(watch.facts.at(-1)?.event).toMatchObject({ says: expect.stringMatching(/^p95 latency: It can't be told/) });
  });

  it("end when the SLO is watched no longer", () => {
    const watch = createWatch();
    watch.look(inputsOf(addUp(steady(NOW - 2 * HOUR, 2, 600, (index) => ({ failed: index % 5 === 0 })))), NOW);
    expect(watch.see([], NOW + SLOT)).toEqual(["slo-calm"]);
    expect(watch.facts.at(-1)?.event).toMatchObject({ says: "This SLO is watched no longer." });
  });
});

describe("28 healthy days", () => {
  it.each([
    [1_000, 0.001],
    [60, 0.003],
    [6, 0.004],
  ])("at %i requests an hour of which %f fail alarm nobody, by page or by ticket", (perHour, failing) => {
    const watch = live({ days: 28, perHour, seed: 11, failing: () => failing });
    expect(toldBy(watch)).toEqual([]);
  });

  it("the same draws come to the same facts", () => {
    const facts = () => live({ days: 3, perHour: 60, seed: 2, failing: () => seeded(4)() * 0.1 }).facts;
    expect(facts()).toEqual(facts());
  });
});
