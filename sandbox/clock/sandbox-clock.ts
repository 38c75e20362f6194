import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";

/** The domain time of the sandbox, which Golive reads out of a file (GOLIVE_CLOCK_FILE). */
export type SandboxClock = {
  readonly file: string;
  /** Epoch milliseconds. */
  now(): number;
  /** Stops time at this moment; one that lies behind is the present one, since time never runs backwards. */
  holdAt(at: number): Promise<void>;
  /** Lets time pass as on a wall, from what it is now. */
  asUsual(): Promise<void>;
};

type Rate = { readonly from: number; readonly at: number; readonly speed: number };

const storedSchema = z.object({
  from: z.iso.datetime().transform((text) => Date.parse(text)),
  at: z.iso.datetime().transform((text) => Date.parse(text)),
  speed: z.number(),
});

/**
 * Opens the clock of a data folder: where an earlier demo has left it, and never behind the real time. With `fresh` it is the real time.
 * `machineNow` is injected for tests.
 */
export async function openSandboxClock(
  file: string,
  { fresh, machineNow = Date.now }: { readonly fresh: boolean; readonly machineNow?: () => number },
): Promise<SandboxClock> {
  const shownBy = ({ from, at, speed }: Rate): number => at + (machineNow() - from) * speed;
  const before = fresh ? null : await readStored(file);
  let rate: Rate = { from: machineNow(), at: Math.max(machineNow(), before === null ? 0 : shownBy(before)), speed: 1 };
  const write = async (next: Rate): Promise<void> => {
    const text = JSON.stringify({ ...next, from: stamp(next.from), at: stamp(next.at) });
    // Renamed into place: whoever reads in between reads the one before, never half of one.
    await writeFile(`${file}.next`, text);
    await rename(`${file}.next`, file);
    rate = next;
  };
  await write(rate);
  const now = (): number => Math.floor(shownBy(rate));
  return {
    file,
    now,
    holdAt: (at) => write({ from: machineNow(), at: Math.max(at, now()), speed: 0 }),
    asUsual: () => write({ from: machineNow(), at: now(), speed: 1 }),
  };
}

const stamp = (ms: number): string => new Date(ms).toISOString();

/** Null for none, or one that can't be read: it is written anew. */
async function readStored(file: string): Promise<Rate | null> {
  try {
    return storedSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}
