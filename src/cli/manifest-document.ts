import { writeFile } from "node:fs/promises";
import { CliError, EXIT, type ExitCode, type Io } from "#src/cli/io";
import { findDocument } from "#src/cli/manifest-reference";
import { withCore } from "#src/cli/open-core";
import { choosePair } from "#src/gates/choose-pair";
import { writeDocument } from "#src/manifest/manifest-file";
import { manifestRecord } from "#src/manifest/manifest-record";
import { type ManifestFormat, manifestFormat } from "#src/manifest/render-manifest";

type Flags = {
  readonly service?: string;
  readonly run?: string;
  readonly config?: string;
  readonly format?: string;
  readonly json?: boolean;
  readonly out?: string;
};

/** `golive manifest generate`: the same facts print the same bytes. Exit 1 when it is not complete. */
export async function generateManifest(io: Io, flags: Flags): Promise<ExitCode> {
  const format = formatOf(flags);
  return withCore(io, { service: flags.service }, async ({ core, service }) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { store, adopted } = await core.checks.surroundingsOf(service.id);
    const asked = { run: flags.run ?? null, config: flags.config ?? null };
    const { candidate, active, because } = await choosePair(store, Object.keys(adopted), asked, signal);
    if (candidate === null) throw new CliError(`There is no candidate to collect a manifest of: ${because}.`);
    const { manifests } = core.checks;
    const manifest = await manifests.collect(service.id, candidate, active, signal);
    await manifests.save(manifest);
    io.err(`The manifest of ${candidate.run} with ${candidate.config} (${because}).\n`);
    await give(io, flags, writeDocument({ hash: manifest.hash, body: manifest.body, record: null }, format));
    if (manifest.problems.length === 0) return EXIT.pass;
    const many = manifest.problems.length === 1 ? "1 fact is" : `${manifest.problems.length} facts are`;
    io.err(`The manifest is not complete, ${many} missing or wrong, and its check will fail:\n`);
    for (const problem of manifest.problems) io.err(`  ${problem}\n`);
    return EXIT.failed;
  });
}

/** A digest of a million chunks takes seconds, of a hundred million minutes. */
const PATIENCE_MS = 15 * 60_000;

/** `golive manifest show`: a kept manifest and, where a release froze it, the record beside it. */
export async function showManifest(io: Io, flags: Flags, reference: string | undefined): Promise<ExitCode> {
  const format = formatOf(flags);
  return withCore(io, { service: flags.service }, async ({ core, service }) => {
    const { hash, body, release } = await findDocument({ core, service: service.id }, reference ?? "release");
    const record = release === null ? null : await manifestRecord(core.pool, release, hash);
    await give(io, flags, writeDocument({ hash, body, record }, format));
    return EXIT.pass;
  });
}

function formatOf({ format = "yaml", json = false }: Flags): ManifestFormat {
  const known = manifestFormat(json ? "json" : format);
  if (known !== null) return known;
  throw new CliError(`--format is yaml or json, not \`${format}\`; nothing was collected.`);
}

async function give(io: Io, { out }: Flags, text: string): Promise<void> {
  if (out === undefined) {
    await io.out(text);
    return;
  }
  try {
    await writeFile(out, text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `The manifest could not be written to ${out}: ${said}. It is kept; \`golive manifest show\` prints it.`,
    );
  }
  io.err(`Written to ${out}.\n`);
}
