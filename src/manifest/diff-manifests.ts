import { canonicalJson, type Json } from "#src/manifest/canonical";

/** One difference. `from`, `to`: the value as JSON, null where the key does not exist. */
export type ManifestChange = { readonly key: string; readonly from: string | null; readonly to: string | null };

/** What differs between two manifests, by key in alphabetical order: `configuration.body.top_k`, `20` → `30`. */
export function diffManifests(a: Json, b: Json): readonly ManifestChange[] {
  const before = flatten(a);
  const after = flatten(b);
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((key) => ({ key, from: before.get(key) ?? null, to: after.get(key) ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** A difference as a person reads it. */
export function describeChange({ key, from, to }: ManifestChange): string {
  if (from === null) return `${key} is new: ${to}`;
  if (to === null) return `${key} is gone (was ${from})`;
  return `${key}: ${from} → ${to}`;
}

/** Dotted path → value as JSON. Lists and empty objects are values: half a list says nothing to a reader. */
function flatten(value: Json, path = "", into = new Map<string, string>()): ReadonlyMap<string, string> {
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : [];
  if (entries.length === 0 && path !== "") into.set(path, canonicalJson(value));
  for (const [key, entry] of entries) {
    const step = /^[^.\s"]+$/.test(key) ? key : JSON.stringify(key);
    flatten(entry, path === "" ? step : `${path}.${step}`, into);
  }
  return into;
}
