import { type Proof, type Standing, standingOf } from "#src/gates/self-test/prove-gate";
import type { Queryable } from "#src/manifest/manifest-records";
import type { CheckId } from "#src/release/checklist";

/** The newest attempt to prove a gate. `at` in epoch milliseconds. */
export type LastProof = { readonly version: number; readonly standing: Standing; readonly at: number };

/** Where proofs are kept: golive.self_test, which takes no updates. */
export interface ProofRecords {
  save(service: string, proof: Proof): Promise<void>;
  /** By gate. A gate that nobody ever tried is not in it. */
  newest(service: string): Promise<ReadonlyMap<CheckId, LastProof>>;
}

export function createProofRecords(database: Queryable): ProofRecords {
  return {
    async save(service, proof) {
      const { gate, version, cases, problems } = proof;
      await database.query(
        `INSERT INTO golive.self_test (service, gate, version, standing, verdicts, evidence)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [
          service,
          gate,
          version,
          standingOf(proof),
          cases.map(({ verdict }) => verdict),
          JSON.stringify({ cases, problems }),
        ],
      );
    },
    async newest(service) {
      const { rows } = await database.query<LastProof & { gate: string }>(
        `SELECT DISTINCT ON (gate) gate, version, standing, round(extract(epoch FROM proven_at) * 1000)::float8 AS at
           FROM golive.self_test WHERE service = $1 ORDER BY gate, id DESC`,
        [service],
      );
      return new Map(rows.map(({ gate, ...proof }) => [gate, proof]));
    },
  };
}
