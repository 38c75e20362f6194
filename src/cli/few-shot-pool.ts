import { CliError, EXIT, type ExitCode, type Io } from "#src/cli/io";
import { withCore } from "#src/cli/open-core";
import { writeWhole } from "#src/cli/write-whole";
import { createKeptPools } from "#src/operations/few-shot/work/kept-pools";

/** Writes a pool that was proposed, byte for byte, to be shipped to where the service finds it. */
export async function fewShotPool(
  io: Io,
  { sha256, out, service }: { readonly sha256: string; readonly out: string; readonly service: string | undefined },
): Promise<ExitCode> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new CliError("A pool is named by its SHA-256: 64 small hex digits.");
  return withCore(io, { service, withoutSlackIfAway: true }, async ({ core }) => {
    const kept = await createKeptPools(core.pool).load(sha256);
    if (kept === null) throw new CliError(`No pool with the SHA-256 ${sha256} was proposed here; nothing was written.`);
    await writeWhole(out, "the pool was not written", async (write) => void (await write(kept.text)));
    await io.out(`${out}: the pool ${sha256}\n`);
    return EXIT.pass;
  });
}
