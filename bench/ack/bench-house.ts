import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildHouse, type House } from "#sandbox/demo/house";
import { ensureLiveRun, ingestNext } from "#sandbox/demo/populate";
import { createStage, type Stage } from "#sandbox/demo/stage";

export const RELEASE_CHANNEL = "C0RELEASE";
export const REQUESTER = "U0ROSA";

const root = fileURLToPath(new URL("../..", import.meta.url));
const corpus = fileURLToPath(new URL("../../sandbox/corpus", import.meta.url));

/** The product as people run it, with a live run and a candidate that passes every check. */
export type BenchHouse = {
  readonly house: House;
  readonly stage: Stage;
  close(): Promise<void>;
};

/** Builds the demo's house in a folder of its own: Postgres, local Slack, and the bot as a process. */
export async function openBenchHouse(say: (line: string) => void): Promise<BenchHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), "golive-bench-house-"));
  // Postgres runs as another user when we are root, and has to get in.
  await chmod(dataDir, 0o755);
  const removeData = () => rm(dataDir, { recursive: true, force: true });
  try {
    const house = await buildHouse({ root, dataDir, fresh: false, socket: false, databaseUrl: null, say });
    const close = async () => {
      await house.stop();
      await removeData();
    };
    try {
      await ensureLiveRun(house.ragUrl, corpus);
      await ingestNext(house.ragUrl, corpus);
    } catch (error) {
      await close();
      throw error;
    }
    const stage = createStage(house.slack.workspace, house.slack.hands, () => undefined);
    return { house, stage, close };
  } catch (error) {
    await removeData();
    throw error;
  }
}

/** Starts a release and waits until every check was answered. */
export async function startCheckedRelease({ stage }: BenchHouse): Promise<void> {
  await stage.command(REQUESTER, RELEASE_CHANNEL, "/golive start");
  await stage.until("every check to be answered", () => {
    const [, done, total] = /(\d+) of (\d+) checks/.exec(stage.releaseText(REQUESTER, RELEASE_CHANNEL) ?? "") ?? [];
    return done !== undefined && done === total ? true : null;
  });
}
