import { stringify } from "yaml";
import { canonicalJson, type Json } from "#src/manifest/canonical";

export type ManifestFormat = "yaml" | "json";

/** The format that a word names; null when it names none. */
export function manifestFormat(word: string): ManifestFormat | null {
  return word === "yaml" || word === "json" ? word : null;
}

/**
 * A manifest for people, as YAML or indented JSON. Byte-stable: keys are sorted, nothing depends on the order in which facts
 * were collected, on locale or terminal width.
 */
export function renderManifest(body: Json, format: ManifestFormat): string {
  const sorted: Json = JSON.parse(canonicalJson(body));
  if (format === "json") return `${JSON.stringify(sorted, null, 2)}\n`;
  return stringify(sorted, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: false });
}
