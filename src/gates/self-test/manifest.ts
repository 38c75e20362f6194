import type { SelfTest } from "#src/gates/self-test/self-test";

export const manifestSelfTest: SelfTest = {
  bad: [
    {
      what: "a candidate whose configuration does not exist",
      sql: ["DELETE FROM configs WHERE version = 'golive-self-test-2'"],
      finds: "candidate-configuration:missing",
    },
    {
      what: "facts that are not the frozen ones any more",
      change: () => ({ frozenManifest: "0".repeat(64) }),
      finds: "manifest:changed",
    },
  ],
  good: { what: "every fact there" },
};
