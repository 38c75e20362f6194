import type { Cutting } from "#src/operations/nudges/chunks/cut";
import { DOMAINS, type Domain } from "#src/operations/nudges/chunks/domain";
import type { Json } from "#src/operations/operation";

/** How documents of one domain are cut, and from which similarity on a chunk is dropped beside a better one. */
export type DomainChunking = Cutting & { readonly jaccard: number };
export type Chunkings = Readonly<Record<Domain, DomainChunking>>;

/** Where a search begins. */
const STARTING_POINTS: Chunkings = {
  code: { maxTokens: 300, overlap: 0.1, jaccard: 0.7 },
  prose: { maxTokens: 450, overlap: 0.15, jaccard: 0.8 },
  mixed: { maxTokens: 400, overlap: 0.12, jaccard: 0.75 },
};
const SIZES = [1, 0.75, 1.25] as const;

/** The present one first, then the starting point of the domain and two around it. */
export function candidatesFor(domain: Domain, present: DomainChunking): readonly DomainChunking[] {
  const start = STARTING_POINTS[domain];
  const around = SIZES.map((size) => ({ ...start, maxTokens: Math.round((start.maxTokens * size) / 10) * 10 }));
  return [present, ...around.filter((each) => !sameChunking(each, present))];
}

const sameChunking = (a: DomainChunking, b: DomainChunking): boolean =>
  a.maxTokens === b.maxTokens && a.overlap === b.overlap && a.jaccard === b.jaccard;

/** As it stands under `chunking.overrides.<domain>`. */
export const overrideJson = ({ maxTokens, overlap, jaccard }: DomainChunking): Json => ({
  max_tokens: maxTokens,
  overlap,
  jaccard,
});

/** What is configured now, for each domain; null: the configuration doesn't say it. */
export function presentChunkings(
  { maxTokens, overlapTokens, jaccard }: Readonly<Record<"maxTokens" | "overlapTokens" | "jaccard", Json>>,
  overrides: Json,
): Chunkings | null {
  if (typeof maxTokens !== "number" || typeof overlapTokens !== "number" || typeof jaccard !== "number") return null;
  if (maxTokens < 1 || overlapTokens < 0) return null;
  const common: DomainChunking = { maxTokens, overlap: overlapTokens / maxTokens, jaccard };
  const [code, prose, mixed] = DOMAINS.map((domain) => ({ ...common, ...overrideOf(overrides, domain) }));
  return code === undefined || prose === undefined || mixed === undefined ? null : { code, prose, mixed };
}

function overrideOf(overrides: Json, domain: Domain): Partial<DomainChunking> {
  const own = field(overrides, domain);
  const number = (key: string): number | null => {
    const value = field(own, key);
    return typeof value === "number" ? value : null;
  };
  const [maxTokens, overlap, jaccard] = [number("max_tokens"), number("overlap"), number("jaccard")];
  return {
    ...(maxTokens === null ? {} : { maxTokens }),
    ...(overlap === null ? {} : { overlap }),
    ...(jaccard === null ? {} : { jaccard }),
  };
}

function field(value: Json, key: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const found = Object.entries(value).find(([name]) => name === key)?.[1];
  return found ?? null;
}
