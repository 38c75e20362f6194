import type { GateSubject } from "#src/gates/gate";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore } from "#src/rag/store";
import { insertChunks, recordRun, serviceFixture, setPointer } from "#test/support/rag-fixture";

export const ENV = {
  RAG_STORE_URL: "postgres://db.internal/rag",
  AWS_REGION: "eu-central-1",
  REQUESTS_PER_SECOND: "0.12",
};

/** A subject over `store` in which everything is as it should be: active `a`/`v1`, candidate `b`/`v2`. */
export function gateSubject(store: RagStore, changes: Partial<GateSubject> = {}): GateSubject {
  return {
    service: serviceFixture(),
    candidate: { run: "b", config: "v2" },
    active: { run: "a", config: "v1" },
    frozenManifest: null,
    store,
    adopted: {},
    env: ENV,
    botDatabase: { ping: async () => ({ nowMs: Date.now(), missingMigrations: [], writable: true }) },
    machineNow: () => Date.now(),
    ...changes,
  };
}

/** Two healthy, recorded runs and the pointer on the first. */
export async function fillStore(runner: SqlRunner, store: RagStore, embedding = "real[]"): Promise<void> {
  for (const [run, day] of [
    ["a", "01"],
    ["b", "02"],
  ] as const) {
    await insertChunks(runner, run, 40, embedding);
    await recordRun(runner, run, await store.digest(run), `2026-11-${day}T10:00:00Z`);
  }
  await setPointer(runner, "a", "v1");
}
