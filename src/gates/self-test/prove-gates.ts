import type { Gate } from "#src/gates/gate";
import type { ProofRecords } from "#src/gates/self-test/proof-records";
import { type Proof, proveGate } from "#src/gates/self-test/prove-gate";
import { SELF_TESTS } from "#src/gates/self-test/registry";
import type { Around } from "#src/gates/self-test/scratch-world";

/** Proves gates one after the other and keeps what came of each. Rejects when `signal` aborts, or Golive's database fails. */
export type ProveGates = (
  gates: readonly Gate[],
  around: Around,
  signal: AbortSignal,
  onDone?: (proof: Proof) => void,
) => Promise<readonly Proof[]>;

export function createProveGates(records: Pick<ProofRecords, "save">): ProveGates {
  return async (gates, around, signal, onDone = () => undefined) => {
    const proofs: Proof[] = [];
    for (const gate of gates) {
      const test = Object.hasOwn(SELF_TESTS, gate.id) ? SELF_TESTS[gate.id] : undefined;
      const proof = await proveGate(gate, test, around, signal);
      await records.save(around.service.id, proof);
      proofs.push(proof);
      onDone(proof);
    }
    return proofs;
  };
}
