import { expect, test } from "vitest";
import { nextAt } from "#sandbox/demo/next-night";

const iso = (at: string, local: Parameters<typeof nextAt>[1]): string =>
  new Date(nextAt(Date.parse(at), local)).toISOString();

test("the next such moment of a wall clock in Berlin, also when it goes forward or back", () => {
  expect(iso("2026-11-29T14:30:00Z", { time: "02:30" })).toBe("2026-11-30T01:30:00.000Z");
  expect(iso("2026-11-30T01:30:00Z", { time: "02:30" })).toBe("2026-12-01T01:30:00.000Z");
  expect(iso("2026-11-29T14:30:00Z", { time: "04:00", weekday: "Sun" })).toBe("2026-12-06T03:00:00.000Z");
  // That night has no 02:30, so it is the next one; half a year later the first of two.
  expect(iso("2026-03-28T12:00:00Z", { time: "02:30" })).toBe("2026-03-30T00:30:00.000Z");
  expect(iso("2026-10-24T12:00:00Z", { time: "02:30" })).toBe("2026-10-25T00:30:00.000Z");
});
