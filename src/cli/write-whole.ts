import { open, rename, rm } from "node:fs/promises";
import { CliError } from "#src/cli/io";
import type { WriteText } from "#src/evaluation/results/write-scored";

/** All or nothing: another name first, then the wanted one, so that nobody finds half a file. `lost`: what that means. */
export async function writeWhole(path: string, lost: string, work: (write: WriteText) => Promise<void>): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const handle = await open(unfinished, "w").catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    throw new CliError(`${path} can't be written (${code}); ${lost}. Name another file after --out.`);
  });
  try {
    await work(async (text) => void (await handle.write(text)));
    await handle.close();
    await rename(unfinished, path);
  } catch (error) {
    await handle.close();
    await rm(unfinished, { force: true });
    throw error;
  }
}
