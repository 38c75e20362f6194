import type { Json } from "#src/manifest/canonical";
import { type ManifestFormat, renderManifest } from "#src/manifest/render-manifest";

/** A frozen manifest and the record beside it, where a release froze it. */
export type ManifestDocument = { readonly hash: string; readonly body: Json; readonly record: Json | null };

/** The whole document for people, as `golive manifest show` prints it and as it lies in the release's thread. */
export function writeDocument({ hash, body, record }: ManifestDocument, format: ManifestFormat): string {
  return renderManifest({ hash, manifest: body, ...(record === null ? {} : { record }) }, format);
}

/** What the document is called as a file. */
export function manifestFileName(hash: string): string {
  return `manifest-${hash.slice(0, 8)}.yaml`;
}
