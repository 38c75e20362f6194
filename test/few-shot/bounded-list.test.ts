import { expect, it } from "vitest";
import { boundedList, MOST_KEPT } from "#src/operations/few-shot/bounded-list";

it("ten thousand findings are kept as their number, by reason, and the first twenty of each, cut", () => {
  const list = Array.from({ length: 10_000 }, (_, at) => ({
    id: `c-${at}`,
    because: at % 4 === 0 ? "leaks" : "no-room",
    says: "g\0".repeat(5_000),
  }));
  const kept = boundedList(list, ({ because }) => because);
  expect(kept).toMatchObject({ count: 10_000, by: { leaks: 2_500, "no-room": 7_500 } });
  expect(kept.first).toHaveLength(2 * MOST_KEPT);
  expect(kept.first[0]).toMatchObject({ id: "c-0", because: "leaks" });
  expect(JSON.stringify(kept).length).toBeLessThan(20_000);
  expect(JSON.stringify(kept)).not.toContain("\\u0000");
  expect(boundedList([], () => "")).toEqual({ count: 0, by: {}, first: [] });
});
