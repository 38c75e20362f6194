import type { RagStore } from "#src/rag/store";
import type { Policy } from "#src/release/policy";
import type { ReleaseUseCases } from "#src/release/use-cases";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

/**
 * Records count and digest of a run that ingestion left without a record that can be compared. What is counted now is what
 * later gates compare with. Throws `RagStoreError` when the store doesn't answer.
 */
export function createAdoptRun(deps: {
  readonly decide: DecideIntent;
  readonly serviceOf: (service: string) => { readonly store: RagStore; readonly policy: Policy };
}): ReleaseUseCases["adoptRun"] {
  return async ({ actor, members, service, run, key }) => {
    const { store, policy } = deps.serviceOf(service);
    // A count of what is half written would stand against the run once it is finished.
    if ((await store.run(run))?.state === "incomplete") return { ok: false, refusal: { kind: "run-incomplete", run } };
    const { chunks, digest } = await store.digest(run);
    if (chunks === 0) return { ok: false, refusal: { kind: "run-missing", run } };
    return deps.decide(service, null, key, { type: "adopt-run", actor, members, policy, run, chunks, digest });
  };
}
