import type { Gate } from "#src/gates/gate";
import type { ProofRecords } from "#src/gates/self-test/proof-records";
import { type Proof, proveGate } from "#src/gates/self-test/prove-gate";
import { SELF_TESTS } from "#src/gates/self-test/registry";
import { type Around, inScratchWorld } from "#src/gates/self-test/scratch-world";
import type { SelfTest } from "#src/gates/self-test/self-test";
import { RagStoreError } from "#src/rag/store-error";

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
    const keep = async (proof: Proof): Promise<void> => {
      await records.save(around.service.id, proof);
      proofs.push(proof);
      onDone(proof);
    };
    try {
      await inScratchWorld(around, signal, async (scratch) => {
        for (const gate of gates) await keep(await proveGate(gate, testOf(gate), scratch, signal));
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RagStoreError)) throw error;
      for (const gate of gates.slice(proofs.length)) await keep(notProven(gate, error));
    }
    return proofs;
  };
}

const testOf = (gate: Gate): SelfTest | undefined =>
  Object.hasOwn(SELF_TESTS, gate.id) ? SELF_TESTS[gate.id] : undefined;

/** The store holds no fixtures now: that says nothing of the gate. */
function notProven({ id, version }: Gate, error: RagStoreError): Proof {
  const text = `no fixture could be set up (${error.message})`;
  return { gate: id, version, cases: [], problems: [{ sure: false, kind: "not-built", text }] };
}
