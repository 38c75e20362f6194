import { describe, expect, it } from "vitest";
import { proposalsSchema } from "#src/config/proposals-config";
import { goliveSchema } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import { toProposals } from "#src/config/to-proposals";
import { shippedConfig } from "#test/support/bot";

const DAY_MS = 86_400_000;

describe("proposals in golive.yaml", () => {
  it("are decided by who may waive, within 14 days, unless something else is said", async () => {
    const [service] = listServices(await shippedConfig());
    if (service === undefined) throw new Error("no service");
    expect(toProposals(service)).toEqual({ approvers: ["release-approver"], expireMs: 14 * DAY_MS });
    const proposals = proposalsSchema.parse({ approvers: ["a", "b", "a"], expire_days: 3 });
    expect(toProposals({ ...service, proposals })).toEqual({ approvers: ["a", "b"], expireMs: 3 * DAY_MS });
    expect(proposalsSchema.parse(undefined)).toEqual({ expire_days: 14 });
  });

  it("refuse days that are none, an empty list, and what isn't known", () => {
    for (const wrong of [
      { expire_days: 0 },
      { expire_days: 91 },
      { expire_days: 1.5 },
      { approvers: [] },
      { approver: ["a"] },
    ]) {
      expect(proposalsSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    }
  });

  it("name a role that isn't defined", async () => {
    const { golive } = await shippedConfig();
    const [[id, service] = []] = Object.entries(golive.services);
    if (id === undefined || service === undefined) throw new Error("no service");
    const parsed = goliveSchema.safeParse({
      ...golive,
      services: { [id]: { ...service, proposals: { approvers: ["nobody-knows"] } } },
    });
    expect(JSON.stringify(parsed.error?.issues)).toMatch(/proposals.*approvers.*role `nobody-knows` is not defined/);
  });
});
