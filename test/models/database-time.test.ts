import { expect, it } from "vitest";
import { createDatabaseTime } from "#src/models/database-time";

/** Machine time 0 is 1,000,000 over there. */
const FAR = 1_000_000;

it("the quickest answer tells best how far the clocks are apart", () => {
  const time = createDatabaseTime();
  time.heard(FAR + 100, 140);
  expect(time.toMachine(FAR + 200)).toBe(240);
  time.heard(FAR + 1_000, 1_002);
  time.heard(FAR + 2_000, 2_300);
  expect(time.toMachine(FAR + 2_500)).toBe(2_502);
});

it("what is long ago counts no more: the clocks drift apart", () => {
  const time = createDatabaseTime();
  time.heard(FAR, 1);
  time.heard(FAR + 20_000, 20_030);
  expect(time.toMachine(FAR + 20_100)).toBe(20_130);
});

it("a clock that was set back is measured anew", () => {
  const time = createDatabaseTime();
  time.heard(FAR, 1);
  time.heard(FAR - 500_000, 1_005);
  expect(time.toMachine(FAR - 500_000 + 100)).toBe(1_105);
});

it("a clock that was set forward is believed at once", () => {
  const time = createDatabaseTime();
  time.heard(FAR, 1);
  time.heard(FAR + 500_000, 1_005);
  expect(time.toMachine(FAR + 500_000 + 100)).toBe(1_105);
});
