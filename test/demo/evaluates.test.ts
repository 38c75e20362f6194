import { chmod, mkdtemp, rm } from "node:fs/promises";

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { buildHouse, type House } from "#sandbox/demo/house";
import { ensureCandidate, ensureLiveRun, ingestNext } from "#sandbox/demo/populate";
import { readableText } from "#sandbox/demo/read-blocks";
import { RELEASE, ROSA } from "#sandbox/demo/scenes";
import { OWN_CORPUS } from "#sandbox/demo/sources";
import { createStage, type Stage } from "#sandbox/demo/stage";
import { scratchFolder } from "#test/support/scratch";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const runsSchema = z.object({
  runs: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      manifest: z.string().nullable(),
      counts: z.looseObject({ planned: z.number(), graded: z.number() }),
    }),
  ),
});

let dataDir: string;
let house: House;
let stage: Stage;
beforeAll(async () => {
  dataDir = await mkdtemp(join(scratchFolder(), "golive-evaluates-"));
  await chmod(dataDir, 0o755);
  const say = () => undefined;
  house = await buildHouse({
    root: ROOT,
    dataDir,
    fresh: false,
    socket: false,
    databaseUrl: null,
    evaluates: true,
    say,
  });
  stage = createStage(house.slack.workspace, house.slack.hands, () => undefined);
});
afterAll(async () => {
  await house?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const text = (): string => stage.releaseText(ROSA, RELEASE) ?? "";
const runs = async () => runsSchema.parse(JSON.parse((await house.golive(["eval", "list", "--json"])).out)).runs;
const thread = (): string[] =>
  house.slack.workspace
    .messages(RELEASE, ROSA)
    .filter(({ threadTs }) => threadTs !== null)
    .map(({ text: said, blocks }) => (blocks.length > 0 ? readableText(blocks) : said));
const files = (): string[] =>
  house.slack.workspace.messages(RELEASE, ROSA).flatMap((message) => message.files.map(({ name }) => name));

// One house, one test after the other.
describe("a go-live", () => {
  test("evaluates its candidate, live in its message, and goes on with it after kill -9 of the bot", async () => {
    await ensureLiveRun(house.ragUrl, OWN_CORPUS);
    await ensureCandidate(house.ragUrl, OWN_CORPUS);
    await stage.command(ROSA, RELEASE, "/golive start");
    const done = await stage.until(
      "a few questions to be done",
      () => /▱ (\d\d) of 84 questions/.exec(text())?.[1] ?? null,
    );
    expect(Number(done)).toBeLessThan(84);
    expect(text()).toContain("[Stop evaluation]");
    await house.restartBot("kill");
    // A sign-off's evidence, "4 of 4 checks pass", is there long before the evaluation is.
    await stage.until("every check to finish", () => (/(\d\d) of \1 checks(?! pass)/.test(text()) ? true : null));

    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: "finished", counts: { planned: 84, graded: 77 } });
    expect(run?.manifest).toMatch(/^[0-9a-f]{64}$/);
    expect(text()).not.toContain("*Evaluation*");
    // Nobody evaluated what is live: the comparison can't be made, and says what to do.
    expect(text()).toMatch(/No baseline is set/);
    await stage.until("the report in the thread", () => (files().includes(`evaluation-${run?.id}.html`) ? true : null));
    const told = thread();
    expect(told.filter((said) => said.includes("The evaluation begins"))).toHaveLength(1);
    expect(told.filter((said) => said.includes("The evaluation is finished"))).toHaveLength(1);
    expect(files().filter((name) => name.startsWith("evaluation-"))).toHaveLength(1);
  });

  test("compares with what is live once that was evaluated, and asks nothing of the candidate again for it", async () => {
    expect((await house.golive(["eval", "run", "--run", "run-1", "--config", "v1"])).code).toBe(0);
    await stage.press(ROSA, RELEASE, /^Re-run failed$/);
    await stage.until("the comparison", () => (/Not worse than the baseline: points: /.test(text()) ? true : null));
    // What was measured stands beside the signature that is about it.
    expect(text()).toMatch(/Quality floors: precision \.\d\d · recall \.\d\d/);
    expect(await runs()).toHaveLength(2);
    expect(thread().filter((said) => said.includes("has evaluated exactly this already"))).toHaveLength(1);
  });

  test("whose evaluation somebody stops stays closed, and begins a new one when that is asked for", async () => {
    await stage.command(ROSA, RELEASE, "/golive cancel another candidate is better");
    await stage.until("it to be cancelled", () => (/cancelled/i.test(text()) ? true : null));
    const { run: candidate } = await ingestNext(house.ragUrl, OWN_CORPUS);
    await stage.command(ROSA, RELEASE, "/golive start");
    await stage.until("its evaluation", () =>
      text().includes(candidate) && /of 84 questions/.test(text()) ? true : null,
    );
    await stage.press(ROSA, RELEASE, /^Stop evaluation$/);
    await stage.until("its checks", () => (/(\d\d) of \1 checks, 2 not passing/.test(text()) ? true : null));
    expect(text()).toMatch(/evaluation-floors.*: inconclusive/);
    expect(stage.offers(ROSA, RELEASE, /^Cut over$/)).toBe(false);
    const stopped = (await runs())[0];
    expect(stopped).toMatchObject({ state: "cancelled" });

    await stage.press(ROSA, RELEASE, /^Re-run failed$/);
    await stage.until("the new one to end", () => (/(\d\d) of \1 checks · /.test(text()) ? true : null));
    expect((await runs())[0]).toMatchObject({ state: "finished" });
    expect((await runs())[0]?.id).not.toBe(stopped?.id);
  });
});
