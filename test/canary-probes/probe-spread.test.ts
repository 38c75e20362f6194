import { describe, expect, it } from "vitest";
import { probesApartMs, probesDueBy, tooFewForHours } from "#src/canary/probes/probe-spread";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const QUARTER = HOUR / 4;

/** When each question is due, in milliseconds, looked at every ten seconds for as long as the window. */
function dueTimes(questions: number, perHour: number, hours: number): number[] {
  const times: number[] = [];
  for (let at = 0; at < hours * HOUR; at += 10_000)
    while (times.length < probesDueBy(at, questions, perHour, hours)) times.push(at);
  return times;
}

/** Hours of a canary whose clock began so long before the first question, in which there is one. */
const hoursWith = (times: readonly number[], shift: number) =>
  new Set(times.map((at) => Math.floor((at + shift) / HOUR))).size;

describe("the spread of probes", () => {
  it.each([
    [130, 60, 48],
    [130, 3_600, 48],
    [77, 6, 48],
    [48, 60, 48],
    [49, 60, 48],
    [1_400, 60, 48],
    [2, 60, 2],
    [200, 60, 168],
  ])("asks %i questions at %i an hour within %i hours, at least one in each", (questions, perHour, hours) => {
    const times = dueTimes(questions, perHour, hours);
    expect(times).toHaveLength(questions);
    for (const shift of [0, QUARTER - 10_000]) expect(hoursWith(times, shift)).toBeGreaterThanOrEqual(hours);
  });

  it("asks half of them at full pace first where enough are left, and the rest evenly", () => {
    const times = dueTimes(130, 60, 48);
    expect(times.filter((at) => at < 1.1 * HOUR)).toHaveLength(65);
    const gaps = times.slice(66).map((at, index) => at - (times[65 + index] ?? 0));
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(10_000);
    expect(times.at(-1)).toBeGreaterThan(47 * HOUR);
  });

  it.each([
    [130, 60, 48],
    [300, 1, 48],
    [77, 6, 48],
    [500, 60, 4],
    [10, 7, 48],
  ])("never asks more than the pace in any hour (%i at %i in %i hours)", (questions, perHour, hours) => {
    const times = dueTimes(questions, perHour, hours);
    for (const from of times) {
      const within = times.filter((at) => at >= from && at < from + HOUR - 20_000);
      expect(within.length).toBeLessThanOrEqual(perHour);
    }
  });

  it("spreads too few over the whole window, and says what they are too few for", () => {
    const times = dueTimes(10, 60, 48);
    expect(times).toHaveLength(10);
    expect(hoursWith(times, 0)).toBe(10);
    expect(tooFewForHours(10, 48)).toBe(
      "10 questions, each asked once, give 10 hours with data at most, of the 48 that are asked for: bring live traffic of both arms, or shorten the window.",
    );
    expect(tooFewForHours(48, 48)).toBeNull();
  });

  it("asks one at once, and is not confused by a clock that is behind", () => {
    expect(probesDueBy(0, 1, 60, 48)).toBe(1);
    expect(probesDueBy(48 * HOUR, 1, 60, 48)).toBe(1);
    expect(probesDueBy(-HOUR, 130, 60, 48)).toBe(0);
    expect(probesDueBy(1_000 * HOUR, 130, 60, 48)).toBe(130);
  });

  it.each([
    [130, 60, 48],
    [77, 6, 48],
    [48, 60, 48],
    [10, 60, 48],
    [300, 60, 48],
  ])("knows how far apart they are at most (%i at %i in %i hours)", (questions, perHour, hours) => {
    const times = dueTimes(questions, perHour, hours);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.abs(Math.max(...gaps) - probesApartMs(questions, perHour, hours))).toBeLessThanOrEqual(10_000);
  });

  it("are never so far apart with the questions and pace of the defaults that an arm counts as silent", () => {
    expect(probesApartMs(130, 60, 48)).toBeLessThan(50 * MINUTE);
    expect(probesApartMs(77, 60, 48)).toBeLessThan(50 * MINUTE);
    expect(probesApartMs(1, 60, 48)).toBe(0);
  });
});
