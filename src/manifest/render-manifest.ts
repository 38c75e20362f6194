import { Document, type ScalarTag, visit } from "yaml";
import { canonicalJson, type Json } from "#src/manifest/canonical";

export type ManifestFormat = "yaml" | "json";

/** The format that a word names; null when it names none. */
export function manifestFormat(word: string): ManifestFormat | null {
  return word === "yaml" || word === "json" ? word : null;
}

/** YAML 1.1 takes `1e-7` for a text: there a number with an exponent has a point. */
const exponent: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => typeof value === "number" && JSON.stringify(value).includes("e"),
  test: /^[-+]?\d+\.\d+e[-+]\d+$/,
  resolve: Number,
  stringify: ({ value }) => JSON.stringify(value).replace(/^(-?\d+)e/, "$1.0e"),
};

/**
 * A manifest for people, as YAML or indented JSON. Byte-stable: keys are sorted, nothing depends on the order in which facts
 * were collected, on locale or terminal width. Readers of YAML 1.1 (PyYAML, Ruby) get the same values as those of 1.2: `off` and
 * `12:30` are quoted.
 */
export function renderManifest(body: Json, format: ManifestFormat): string {
  const sorted: Json = JSON.parse(canonicalJson(body));
  if (format === "json") return `${JSON.stringify(sorted, null, 2)}\n`;
  const document = new Document(sorted, {
    aliasDuplicateObjects: false,
    sortMapEntries: false,
    compat: "yaml-1.1",
    customTags: (tags) => [exponent, ...tags],
  });
  visit(document, {
    // A type of its own in 1.1, which PyYAML can't read.
    Scalar: (_key, node) => {
      if (node.value === "=") node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}
