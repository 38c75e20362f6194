import { describe, expect, it } from "vitest";
import { bindingOf, digestOf, evidenceHash, policyHash } from "#src/release/hash";
import * as w from "#test/release/world";

describe("hashes", () => {
  it("are SHA-256 over canonical JSON, whatever the order of keys", () => {
    // printf '{"a":1,"b":[2,null]}' | sha256sum
    const known = "cc243773f70c3dff1b2058928d222d7edc29130da3f617c0e8ce04096aca153c";
    expect(digestOf({ b: [2, null], a: 1 })).toBe(digestOf({ a: 1, b: [2, null] }));
    expect(digestOf({ a: 1, b: [2, null] })).toBe(known);
    expect(() => digestOf(undefined)).toThrow(TypeError);
    expect(() => digestOf({ a: Number.NaN })).toThrow();
  });

  it("of evidence change with check, version, verdict, thresholds and inputs, and with nothing else", () => {
    const base = { check: "backup", version: 1, verdict: "pass", thresholds: { max: 0 }, inputs: "d" } as const;
    const others = [
      { ...base, check: "manifest" },
      { ...base, version: 2 },
      { ...base, verdict: "fail" as const },
      { ...base, thresholds: { max: 1 } },
      { ...base, inputs: "e" },
    ];
    expect(new Set([base, ...others].map(evidenceHash)).size).toBe(6);
    const measured = { ...base, summary: "took 12 ms", at: 1 };
    expect(evidenceHash(measured)).toBe(evidenceHash(base));
  });

  it("of policy change with the role's text and the flags, not with who is in the role", () => {
    const release = w.releaseOf(w.green);
    const hash = policyHash(release, "data-quality");
    const under = (policy: typeof w.policy) => policyHash({ ...release, policy }, "data-quality");
    const roles = { ...w.policy.roles, "data-lead": { users: ["U-DAN"], groups: [] } };
    expect(under({ ...w.policy, roles })).not.toBe(hash);
    expect(under({ ...w.policy, requesterMaySign: true })).not.toBe(hash);
    expect(under({ ...w.policy, onePersonManyRoles: true })).not.toBe(hash);
    expect(under({ ...w.policy, roles: { ...w.policy.roles, approver: { users: ["U-X"], groups: [] } } })).toBe(hash);
    expect(under({ ...w.policy, waiverMaxMs: 1 })).toBe(hash);
    expect(policyHash({ ...release }, "data-quality")).toBe(hash);
    expect(policyHash(release, "nonsense")).toBe("");
  });

  it("of a binding are there once there is something to sign", () => {
    expect(bindingOf(w.releaseOf(w.started), "team-notified")).toBeNull();
    const frozen = w.play(w.started, w.freeze("m1"));
    expect(bindingOf(w.releaseOf(frozen), "data-quality")).toBeNull();
    expect(bindingOf(w.releaseOf(frozen), "team-notified")).toMatchObject({ manifest: "m1" });
  });
});
