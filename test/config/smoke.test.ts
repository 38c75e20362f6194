import { describe, expect, it } from "vitest";
import { smokeSchema } from "#src/config/smoke-config";
import { listServices } from "#src/config/to-policy";
import { shippedConfig } from "#test/support/bot";

const reason = "nobody has asked for it yet";
const problems = (block: unknown) => smokeSchema.safeParse(block).error?.issues.map(({ message }) => message) ?? [];

describe("a service's smoke in golive.yaml", () => {
  it("is the same left out, empty, and as shipped", async () => {
    const [service] = listServices(await shippedConfig());
    expect(smokeSchema.parse(undefined)).toEqual({ questions: 24, off: {} });
    expect(smokeSchema.parse({})).toEqual(service?.smoke);
  });

  it("leaves out suites, and checks of each, with a reason", () => {
    const off = { "db-workflows": reason, "negatives/oversize": reason, "ops-health/determinism": reason };
    expect(smokeSchema.parse({ off }).off).toEqual(off);
  });

  it.each([
    [{ off: { negatvies: reason } }, "no suite `negatvies`"],
    [{ off: { "negatives/oversized": reason } }, "no check `oversized`"],
    [{ off: { "ops-health/oversize": reason } }, "no check `oversize`"],
    [{ off: { negatives: "no" } }, ">=10 characters"],
    [{ off: { negatives: false } }, "expected string"],
    [{ questions: 0 }, ">=5"],
    [{ questions: 24.5 }, "expected int"],
    [{ quesitons: 24 }, "Unrecognized key"],
  ])("refuses %j", (block, says) => {
    expect(problems(block).join()).toContain(says);
  });
});
