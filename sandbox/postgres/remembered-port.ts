import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const PORT_FILE = "golive-port";

/** The port that the server on this data folder had last; null when there was none. */
export async function rememberedPort(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, PORT_FILE), "utf8").catch(() => "");
  const port = Number(text.trim());
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : null;
}

export async function rememberPort(folder: string, port: number): Promise<void> {
  await writeFile(join(folder, PORT_FILE), `${port}\n`);
}
