import type { ManifestDifference, ManifestSummary } from "#src/release/manifest-summary";
import { count, number, shortHash, shortHashes } from "#src/slack/blocks/words";
import { code, line, shorten } from "#src/slack/escape";

/** What is known of the manifests a note is about, beyond the note itself. Null: their documents can't be read. */
export type NotedManifest = {
  readonly summary: ManifestSummary | null;
  /** `checks`: titles of the checks that look at what differs. */
  readonly differences: readonly ManifestDifference[] | null;
};
export const NOTHING_KNOWN: NotedManifest = { summary: null, differences: null };

const MOST_MISSING = 6;
const MOST_CHECKS = 4;

/** What would go live, in a few lines; what nobody knows is named instead of left out. */
export function manifestLines(summary: ManifestSummary): string[] {
  const { run, chunks, config, configHash, models, commit, branch, datasets, thresholds } = summary;
  const counted = chunks === null ? "chunks not counted" : count(chunks, "chunk");
  const hash = configHash === null ? "CONFIG_HASH not known" : `CONFIG_HASH ${shortHash(configHash)}`;
  const source = commit === null ? "commit not known" : `commit ${code(commit.slice(0, 8), 12)}`;
  const data = datasets
    .slice(0, 3)
    .map(({ id, cases }) => `${line(shorten(id, 60))}${cases === null ? "" : ` (${count(cases, "case")})`}`);
  const more = datasets.length - data.length;
  return [
    `• Run ${idOr(run)} (${counted}) with config ${idOr(config)}, ${hash}`,
    `• Models: ${models.map(({ role, asked }) => `${line(role)} ${idOr(asked)}`).join(", ") || "none named"}`,
    `• Code: ${source} on ${branch === null ? "a branch nobody knows" : code(branch, 60)}`,
    `• Data: ${data.join(", ") || "no dataset"}${more > 0 ? ` and ${number(more)} more` : ""} · ${count(thresholds, "threshold")} locked`,
    ...missingLines(summary.missing),
  ];
}

function missingLines(missing: readonly string[]): string[] {
  if (missing.length === 0) return [];
  const shown = missing.slice(0, MOST_MISSING).map((text) => `    ◦ ${shorten(line(text), 240)}`);
  const hidden = missing.length - shown.length;
  const head = `⚠️ Not complete: ${missing.length === 1 ? "1 fact is" : `${number(missing.length)} facts are`} missing or wrong, so its check can't pass.`;
  return [head, ...shown, ...(hidden > 0 ? [`    _… and ${number(hidden)} more in the document_`] : [])];
}

/** A difference, and who looks at it: "top_n: 18 → 12 · checked by CONFIG_HASH, Rerank settings". */
export function differenceLine({ text, checks }: ManifestDifference): string {
  const shown = checks.slice(0, MOST_CHECKS).map((title) => line(shorten(title, 60)));
  const hidden = checks.length - shown.length;
  const by = `${shown.join(", ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`;
  return `• ${shorten(line(shortHashes(text)), 300)}${by === "" ? "" : ` · _checked by ${by}_`}`;
}

const idOr = (id: string | null): string => (id === null ? "not known" : code(id, 90));
