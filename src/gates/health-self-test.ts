import type { Gate, GateSubject } from "#src/gates/gate";
import { type Proof, standingOf } from "#src/gates/self-test/prove-gate";
import { digestOf } from "#src/release/hash";

export type HealthSelfTestDeps = {
  /** Proves every gate anew, this one included, and keeps what came of it. */
  readonly prove: (subject: GateSubject, signal: AbortSignal) => Promise<readonly Proof[]>;
};

/**
 * Every gate fails on fixtures made to fail it, for the reason they were made for, and passes their good twin: a gate that is
 * always green, or always red, says nothing. The proofs are made by this check itself, so they are as fresh as it is.
 */
export function createHealthSelfTestGate({ prove }: HealthSelfTestDeps): Gate {
  return {
    id: "health-self-test",
    title: "Health gates tested",
    version: 1,
    timeoutMs: 180_000,
    withoutCandidate: true,
    thresholds: () => ({ unproven_gates: 0 }),
    check: async (subject, signal) => {
      const proofs = await prove(subject, signal);
      const open = proofs.filter(({ problems }) => problems.length > 0);
      const blamed = open.filter((proof) => standingOf(proof) === "unproven");
      const fixtures = proofs.reduce((sum, { cases }) => sum + cases.length, 0);
      const verdict =
        blamed.length > 0 ? "fail" : open.length > 0 || proofs.length === 0 ? "inconclusive" : ("pass" as const);
      const said = (blamed.length > 0 ? blamed : open)
        .map(({ gate, problems }) => `${gate}: ${problems.map(({ text }) => text).join(", ")}`)
        .join("; ");
      return {
        verdict,
        summary:
          verdict === "pass"
            ? `Each of ${proofs.length} gates failed on the fixtures made to fail it and passed their good twin.`
            : `${open.length} of ${proofs.length} gates ${verdict === "fail" ? "can't be trusted" : "could not be proven"}: ${said}.`,
        value: `${proofs.length - open.length} of ${proofs.length} proven`,
        bar: "every gate fails where it should, and passes where it should",
        numbers: {
          gates: proofs.length,
          fixtures,
          unproven: open.map(({ gate }) => gate).join(" ") || null,
        },
        how: "each gate run on its fixtures in src/gates/self-test, in a scratch schema of the RAG store's database that is rolled back",
        next: NEXT[verdict],
        inputs: digestOf(
          proofs.map(({ gate, version, cases }) => ({ gate, version, fixtures: cases.map(({ what }) => what) })),
        ),
        findings: open.flatMap(({ gate, problems }) => problems.map(({ kind }) => `${gate}:${kind}`)),
      };
    },
  };
}

const NEXT = {
  pass: "",
  fail: "Don't rely on the gates that are named: report this with the log, or go back to the version of Golive before.",
  inconclusive:
    "See that the RAG store answers and that Golive's role has CREATE on its database (docs/rag-store.md), then rerun this check.",
} as const;
