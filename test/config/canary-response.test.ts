import { describe, expect, it } from "vitest";
import { canaryResponseSchema } from "#src/config/canary-response-config";
import { toCanaryResponse } from "#src/config/to-canary-response";
import { listServices } from "#src/config/to-policy";
import { shippedConfig } from "#test/support/bot";

const MINUTE_MS = 60_000;
const defaults = {
  rollBackAfterMs: 5 * MINUTE_MS,
  askForMs: 30 * MINUTE_MS,
  escalateAfterMs: 10 * MINUTE_MS,
  escalateTo: null,
  silentAfterMs: 60 * MINUTE_MS,
};
const read = (block: unknown) => canaryResponseSchema.parse(block);

describe("a service's canary in golive.yaml", () => {
  it("is the same left out, empty, and as shipped", async () => {
    const [service] = listServices(await shippedConfig());
    if (service === undefined) throw new Error("no service");
    expect(toCanaryResponse(service)).toEqual(defaults);
    expect(service.canary.probes).toEqual({ per_hour: 60 });
    expect(read(undefined)).toEqual(service.canary);
    expect(read({})).toEqual(service.canary);
  });

  it("carries minutes as milliseconds, and whom to tell", () => {
    const canary = read({ roll_back_after_min: 0, ask_for_min: 1.5, escalate_to: "U0NORA", silent_after_min: 15 });
    expect(toCanaryResponse({ canary })).toEqual({
      ...defaults,
      rollBackAfterMs: 0,
      askForMs: 90_000,
      escalateTo: "U0NORA",
      silentAfterMs: 15 * MINUTE_MS,
    });
  });

  it("asks no probes where it says so", () => {
    expect(read({ probes: false }).probes).toBe(false);
    expect(read({ probes: { per_hour: 6 } }).probes).toEqual({ per_hour: 6 });
    expect(read({ probes: {} }).probes).toEqual({ per_hour: 60 });
  });

  it.each([
    [{ probes: true }, "either false, or how many questions an hour"],
    [{ probes: { per_hour: 0 } }, "expected number to be >=1"],
    [{ probes: { per_hour: 1.5 } }, "expected int"],
    [{ probes: { per_minute: 1 } }, "Unrecognized key"],
    [{ roll_back_after_min: -1 }, "expected number to be >=0"],
    [{ ask_for_min: 0 }, "expected number to be >=1"],
    [{ ask_for_min: Number.NaN }, "expected number, received NaN"],
    [{ escalate_after_min: "10" }, "expected number, received string"],
    [{ escalate_to: "nora" }, "a Slack user id"],
    [{ silent_after_min: 5 }, "expected number to be >=15"],
    [{ rollback_after_min: 5 }, "Unrecognized key"],
  ])("refuses %j", (block, says) => {
    const result = canaryResponseSchema.safeParse(block);
    expect(result.success ? "" : JSON.stringify(result.error.issues)).toContain(says);
  });
});
