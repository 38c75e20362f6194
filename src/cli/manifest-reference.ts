import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { CliError } from "#src/cli/io";
import type { Core } from "#src/compose";
import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import type { ReleaseState } from "#src/release/state";

/** A manifest that somebody named, and the release that froze it, where one did. */
export type FoundManifest = {
  readonly hash: string;
  readonly body: Json;
  readonly release: ReleaseState | null;
};

type Where = { readonly core: Core; readonly service: string };

/**
 * A manifest by what people have at hand: `release` (the open or last one), a release's id, the first letters of a hash, or
 * a file that `golive manifest generate` wrote. Throws `CliError` for what is none of these.
 */
export async function findDocument({ core, service }: Where, reference: string): Promise<FoundManifest> {
  if (reference === "release" || /^rel_[0-9a-f]+$/.test(reference)) return ofRelease({ core, service }, reference);
  const hash = await core.checks.manifests.find(service, reference);
  if (hash !== null) {
    const kept = await core.checks.manifests.load(hash);
    if (kept !== null) return { hash, body: kept.body, release: null };
  }
  return ofFile(reference);
}

async function ofRelease({ core, service }: Where, reference: string): Promise<FoundManifest> {
  const view =
    reference === "release" ? await core.useCases.currentRelease(service) : await core.useCases.release(reference);
  const release = view?.release ?? null;
  if (release === null) {
    throw new CliError(
      reference === "release"
        ? `There has been no release of ${service} yet. \`golive manifest generate\` collects one without a release.`
        : `There is no release ${reference}.`,
    );
  }
  const kept = release.manifest === null ? null : await core.checks.manifests.load(release.manifest.hash);
  if (release.manifest === null || kept === null) {
    throw new CliError(`Release #${release.number} has frozen no manifest yet; try again in a moment.`);
  }
  return { hash: release.manifest.hash, body: kept.body, release };
}

async function ofFile(path: string): Promise<FoundManifest> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new CliError(
      `\`${path}\` is neither a kept manifest (the first 6 or more letters of its hash), nor a release, nor a file that can be read.`,
    );
  }
  const found = parseFile(path, text);
  const wrapped = found !== null && typeof found === "object" && !Array.isArray(found) && "manifest" in found;
  const body = wrapped ? (found.manifest ?? null) : found;
  const hash = sha256(canonicalJson(body));
  const said = wrapped && typeof found.hash === "string" ? found.hash : hash;
  if (said !== hash) {
    throw new CliError(
      `The file ${path} was changed: it says hash ${said.slice(0, 12)}, its facts have ${hash.slice(0, 12)}.`,
    );
  }
  return { hash, body, release: null };
}

function parseFile(path: string, text: string): Json {
  try {
    // YAML reads JSON too. Aliases could explode; no manifest has any.
    return z.json().parse(parse(text, { maxAliasCount: 0 }));
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new CliError(`The file ${path} is no manifest: ${said}`);
  }
}
