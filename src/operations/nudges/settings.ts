import type { FusionFrame, FusionSettings } from "#src/operations/nudges/fusion";
import type { Movable } from "#src/operations/nudges/grid";
import type { Json } from "#src/operations/operation";
import { valueAt } from "#src/operations/proposals/apply-changes";
import type { ConfigChange } from "#src/operations/proposals/events";

/** Facts of a configuration that the fusion needs, by their names in golive.yaml (`configuration_facts`). */
type FusionFact =
  | "fusion"
  | "rrf_k"
  | "weights"
  | "per_document_cap"
  | "dedup_jaccard"
  | "rerank_enabled"
  | "context_chunks"
  | "context_max_tokens";

/** Where each stands in a configuration version's body; null: the service has no such thing. */
export type FusionPaths = Readonly<Record<FusionFact, string | null>>;

export type ReadFusion =
  | { readonly ok: true; readonly present: FusionSettings; readonly frame: FusionFrame; readonly movable: Movable }
  | { readonly ok: false; readonly says: string };

/** The present settings of the fusion, and what stays; or why there is nothing to search. */
export function readFusion(body: Json, paths: FusionPaths): ReadFusion {
  const at = (name: keyof FusionPaths): Json => (paths[name] === null ? null : valueAt(body, paths[name]));
  const number = (value: Json): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
  const fusion = at("fusion");
  if (fusion !== "rrf") {
    return refuse(`its configuration fuses by ${JSON.stringify(fusion)}, and only "rrf" can be done again here`);
  }
  if (at("rerank_enabled") === true) {
    return refuse("a reranker orders what the fusion found, and only the service can ask it");
  }
  const [dense, sparse] = ["dense", "sparse"].map((list) => number(valueAt(at("weights"), list)));
  const [rrfK, chunks, maxTokens] = [at("rrf_k"), at("context_chunks"), at("context_max_tokens")].map(number);
  if (dense == null || sparse == null || rrfK == null || chunks == null || maxTokens == null) {
    return refuse("its configuration doesn't say the two weights, rrf_k, and how much the reader gets");
  }
  const cap = number(at("per_document_cap"));
  return {
    ok: true,
    present: { rrfK, dense, sparse, cap },
    frame: { dedupJaccard: number(at("dedup_jaccard")), chunks, maxTokens },
    movable: { weights: true, rrfK: true, cap: cap !== null },
  };
}

const refuse = (why: string): ReadFusion => ({ ok: false, says: `The fusion can't be searched: ${why}.` });

/** What the proposal changes in the configuration. Only what is another value. */
export function fusionChanges(
  paths: FusionPaths,
  present: FusionSettings,
  next: FusionSettings,
): readonly ConfigChange[] {
  const change = (path: string | null, from: number | null, to: number | null): ConfigChange[] =>
    path === null || from === to ? [] : [{ path, from, to }];
  const weights = paths.weights;
  return [
    ...change(weights === null ? null : `${weights}.sparse`, present.sparse, next.sparse),
    ...change(paths.rrf_k, present.rrfK, next.rrfK),
    ...change(paths.per_document_cap, present.cap, next.cap),
  ];
}

/** What people read: "Weigh full-text search more, rank positions matter more". */
export function fusionTitle(present: FusionSettings, next: FusionSettings): string {
  const more = (a: number, b: number, up: string, down: string): string[] => (a === b ? [] : [b > a ? up : down]);
  const parts = [
    ...more(present.sparse, next.sparse, "weigh full-text search more", "weigh full-text search less"),
    ...more(present.rrfK, next.rrfK, "let the first places count less", "let the first places count more"),
    ...more(present.cap ?? 0, next.cap ?? 0, "allow more chunks of one document", "allow fewer chunks of one document"),
  ];
  const text = parts.join(", ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
