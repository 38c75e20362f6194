import type { Json } from "#src/operations/operation";
import { valueAt } from "#src/operations/proposals/apply-changes";
import type { ConfigChange } from "#src/operations/proposals/events";
import type { ProposalDraft } from "#src/operations/use-cases";
import { digestOf } from "#src/release/hash";

/** Where a configuration version keeps what it says of its examples. Null: the service has no such key. */
export type FewShotPaths = {
  readonly ids: string;
  readonly pool: string;
  readonly selector: string | null;
  readonly seed: string | null;
};

/** What answers now, and the examples in its prompts. */
export type LiveExamples = {
  readonly base: ProposalDraft["base"];
  readonly body: Json;
  readonly paths: FewShotPaths;
  readonly ids: readonly string[];
  readonly poolSha256: string | null;
  readonly selection: "fixed" | "per-question";
  readonly embedder: { readonly model: string; readonly dimension: number };
};

/** Beside the ids: on which day each of them was chosen. Part of the version, so that a rollback brings the right days back. */
const sincePath = ({ ids }: FewShotPaths): string => [...ids.split(".").slice(0, -1), "few_shot_since"].join(".");

/** The day on which an example was chosen; null where nobody wrote that down. */
export function servingSince({ body, paths }: LiveExamples, id: string): string | null {
  const days = valueAt(body, sincePath(paths));
  const day = typeof days === "object" && days !== null && !Array.isArray(days) ? Object.entries(days) : [];
  const found = day.find(([name]) => name === id)?.[1];
  return typeof found === "string" ? found : null;
}

/** What a new choice changes in the configuration version; nothing for what is equal. */
export function changesFor(
  { body, paths }: LiveExamples,
  next: {
    readonly ids: readonly string[];
    readonly since: Readonly<Record<string, string>> | null;
    readonly pool: string;
    readonly selector: string;
    readonly seed: number;
  },
): readonly ConfigChange[] {
  const wanted: readonly (readonly [path: string | null, to: Json])[] = [
    [paths.ids, next.ids],
    [paths.pool, next.pool],
    [paths.selector, next.selector],
    [paths.seed, next.seed],
    [sincePath(paths), next.since],
  ];
  return wanted.flatMap(([path, to]): ConfigChange[] => {
    if (path === null) return [];
    const from = valueAt(body, path);
    return digestOf(from) === digestOf(to) ? [] : [{ path, from, to }];
  });
}
