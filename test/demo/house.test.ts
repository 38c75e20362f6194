import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";

import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { playStory } from "#sandbox/demo/autopilot";
import { buildHouse, type House } from "#sandbox/demo/house";
import { ensureCandidate, ensureLiveRun, ingestNext, readLive } from "#sandbox/demo/populate";
import { collectSignOffs, cutOver, RELEASE, ROSA, startRelease } from "#sandbox/demo/scenes";
import { OWN_CORPUS } from "#sandbox/demo/sources";
import { createStage } from "#sandbox/demo/stage";
import { scratchFolder } from "#test/support/scratch";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHILD = fileURLToPath(new URL("house-child.ts", import.meta.url));

let dataDir: string;
let open: House | null = null;
beforeAll(async () => {
  dataDir = await mkdtemp(join(scratchFolder(), "golive-demo-"));
  await chmod(dataDir, 0o755);
});
afterAll(async () => {
  await open?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const said: string[] = [];
async function build(): Promise<House> {
  const say = (line: string) => void said.push(line);
  open = await buildHouse({ root: ROOT, dataDir, fresh: false, socket: false, databaseUrl: null, say });
  return open;
}
async function leave(house: House): Promise<void> {
  await house.stop();
  open = null;
}
const context = (house: House) => ({
  house,
  corpus: OWN_CORPUS,
  stage: createStage(house.slack.workspace, house.slack.hands, () => undefined),
});

/** Dead, or dead and not reaped: in a container without an init nobody reaps an orphan. */
async function isGone(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return /\) [ZX] /.test(stat);
}

// One data folder, one test after the other, as days of a demo.
describe("the demo's house", () => {
  test("takes its bot along when it is killed with -9", async () => {
    const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
    const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    const { bot } = z.object({ bot: z.number().positive() }).parse(JSON.parse(String(value)));
    expect(await isGone(bot)).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(() => isGone(bot), { timeout: 30_000, interval: 100 }).toBe(true);
  });

  test("a release that was open and green when it stopped goes on after a restart: rerun, signed, cut over", async () => {
    const first = await build();
    await ensureLiveRun(first.ragUrl, OWN_CORPUS);
    await ensureCandidate(first.ragUrl, OWN_CORPUS);
    await startRelease(context(first), "");
    await leave(first);

    const second = await build();
    expect(said.filter((line) => line.includes("moved"))).toEqual([]);
    const { stage } = context(second);
    await stage.command(ROSA, RELEASE, "/golive rerun all");
    expect(await stage.answer(ROSA, RELEASE)).toMatch(/runs again/);
    const status = async () => JSON.parse((await second.golive(["release", "status", "--json"])).out).release;
    const wait = { timeout: 60_000, interval: 500 };
    await expect
      .poll(async () => new Set((await status()).checks.map((each: { status: string }) => each.status)), wait)
      .toEqual(new Set(["pass", "not-applicable"]));
    await collectSignOffs(context(second), false);
    await cutOver(context(second), "run-2");
    expect(await readLive(second.ragUrl)).toMatchObject({ run: "run-2" });
  });

  test("the autopilot first cancels what was left open, in the open, and then plays its story", async () => {
    const house = open ?? (await build());
    await ingestNext(house.ragUrl, OWN_CORPUS);
    await startRelease(context(house), "");
    const result = await playStory(
      house,
      "blocked",
      { corpus: OWN_CORPUS, gold: null, users: null, own: false },
      () => undefined,
    );
    expect(result.ended).toBe("blocked: prefix-leakage, pointer untouched");
    expect(result.ok).toBe(true);
    const told = result.transcript.map(({ who, what }) => `${who}: ${what}`);
    expect(told[0]).toMatch(/^story: release #\d+ is still open from an earlier demo/);
    expect(told[1]).toMatch(/^Rosa Lind: \/golive cancel left open by an earlier demo/);
    expect(told[2]).toMatch(/is cancelled/);
  });

  test("a start that Golive refuses ends the story at once, in Golive's own words", async () => {
    const house = open ?? (await build());
    await expect(startRelease(context(house), "no-such-run")).rejects.toThrow(/Golive's answer to .*no-such-run/s);
  });
});
