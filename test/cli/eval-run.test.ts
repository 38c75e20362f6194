import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JUDGE } from "#sandbox/bedrock/catalogue";
import { createRunProgress } from "#src/cli/eval-progress";
import { holdRun } from "#src/evaluation/run/hold-run";
import { newTally } from "#src/evaluation/run/run-tally";
import { type CliHouse, openHouse, ROOT, type Said } from "#test/cli/cli-house";

let house: CliHouse;
let gold: string;
beforeAll(async () => {
  house = await openHouse();
  gold = await goldFile("gold.jsonl", ["accounts", "billing", "webhooks"]);
});
afterAll(() => house.stop());

/** Questions that the house's documents answer, each about one of these things, and one that they don't. */
async function goldFile(name: string, things: readonly string[]): Promise<string> {
  const cases = [
    ...things.map((thing) => ({
      id: thing,
      query: `How many ${thing} for each workspace?`,
      gt_answer: `Ten ${thing} for each workspace.`,
    })),
    { id: "none", query: "Which moon is made of cheese?", gt_answer: "I don't know.", tags: ["negative"] },
  ];
  const file = join(house.configs, name);
  await writeFile(file, cases.map((each) => JSON.stringify(each)).join("\n"));
  return file;
}

const document = ({ out }: Said) => JSON.parse(out);
const judged = () =>
  house.bedrock.log.entries().filter(({ model, operation }) => model === JUDGE && operation === "ConverseStream");

async function query<R extends Record<string, unknown>>(sql: string): Promise<R[]> {
  const client = new Client({ connectionString: house.database.adminUrl });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}
/** What is kept of the judge's answers: one row for each different request. */
const kept = async () =>
  (await query<{ n: number }>("SELECT count(*)::int AS n FROM golive.evaluation_judgement"))[0]?.n ?? 0;

describe("golive eval run", () => {
  it("says what it will take, tells each trial as a plain line, and prints the figures", async () => {
    const said = await house.golive(["eval", "run", "--gold", gold]);
    expect(said.code).toBe(0);
    const lines = said.err.trimEnd().split("\n");
    expect(lines.slice(0, -4).join(" ")).toMatch(
      /^ev_\w+: 4 trials: 4 calls for answers and about 12 to the judge, about \d+ s /,
    );
    expect(lines.slice(-4).map((line) => line.split(" · ")[0])).toEqual(["1 of 4", "2 of 4", "3 of 4", "4 of 4"]);
    expect(said.out).toMatch(
      /^support-docs: evaluation ev_\w+ of run-2 with v1\nall 4 cases of gold\.jsonl · judge sandbox\./,
    );
    expect(said.out).toMatch(/^graded 3 · negatives 1 · ungraded 0 · failed 0 · planned 4$/m);
    expect(said.out).toMatch(/overall +precision +\d+\.\d +3$/m);
    expect(said.out).toMatch(/^latency p50 .* over 4 requests; 0\.0 % failed, each of them endless$/m);
    expect(said.out).toMatch(/^ {2}pass +All 4 contexts are within their token budget\.$/m);
    expect(said.out).toMatch(/^Quality floors: not held to them, with 3 answerable cases; at least 50 are needed\.$/m);
    for (const line of [...lines, ...said.out.split("\n")]) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("writes a file that `eval score` reads to the same figures, with what the run knows besides", async () => {
    const out = join(house.configs, "results.json");
    const ran = await house.golive(["eval", "run", "--gold", gold, "--run", "run-1", "--out", out, "--json"]);
    expect(ran.code).toBe(0);
    const scored = document(await house.golive(["eval", "score", out, "--json"]));
    const { metrics, summary } = document(ran);
    expect(metrics.overall.recall).toBeGreaterThan(0);
    expect(scored.metrics).toEqual(metrics);
    expect(scored.summary.means).toEqual(summary.means);
    expect(scored.summary).toMatchObject({ results: 3, graded: 3, ungraded: 0, conclusive: true });

    const file = JSON.parse(await readFile(out, "utf8"));
    expect(file.run).toMatchObject({ service: "support-docs", run_id: "run-1", state: "finished", gold: { cases: 4 } });
    expect(file.negatives).toMatchObject([{ query_id: "none", answer2response: null }]);
    for (const result of file.results) {
      expect(result.metrics).toEqual(
        scored.results.find((each: { query_id: string }) => each.query_id === result.query_id).metrics,
      );
      expect(result.snapshot.length).toBeGreaterThan(0);
      expect(result).toMatchObject({ judge: { status: "graded" }, cache: "off", censored: false });
    }
  });

  it("with --json prints one document that says how it was measured", async () => {
    const said = await house.golive(["eval", "run", "--gold", gold, "--sample", "2", "--seed", "7", "--json"]);
    expect(document(said)).toMatchObject({
      ok: true,
      run: {
        state: "finished",
        sample: { size: 2, seed: 7 },
        counts: { planned: 2 },
        stable: false,
        epoch: { checking: "joint", judge: { asked: JUDGE, arn: expect.stringContaining("arn:aws:bedrock:") } },
      },
      summary: { repeatability: null },
    });
  });

  it("with --stable checks each claim alone and measures how far repeats agree", async () => {
    const said = await house.golive(["eval", "run", "--gold", gold, "--stable", "--repeat", "2", "--json"]);
    const { run, summary } = document(said);
    expect(run).toMatchObject({ stable: true, repeat: 2, counts: { planned: 8 }, epoch: { checking: "separate" } });
    expect(summary.repeatability).toMatchObject({
      cases: 4,
      identical: 1,
      f1_spread: 0,
      // Three cases have grades: two trials each, and the second of these was judged twice.
      judge: { answers: 3, same: 1, spreads: { f1: { mean: 0, largest: 0 } } },
    });
    const text = (await house.golive(["eval", "status", run.id])).out;
    expect(text).toMatch(/^repeated 4 cases: 100\.0 % answered the same each time; answers and judge spread over/m);
    expect(text).toMatch(/^the judge alone: 100\.0 % of 3 answers judged again got the same grade/m);
  });

  it("goes on after Ctrl-C where it stopped, and `status` says that it waits", async () => {
    const file = await goldFile("interrupted.jsonl", ["accounts", "billing"]);
    const press = Promise.withResolvers<string>();
    const words = ["eval", "run", "--gold", file, "--json"];
    const stopped = await house.golive(words, {
      interrupt: press.promise,
      onErr: (text) => {
        if (text.startsWith("1 of 3")) press.resolve("SIGINT");
      },
    });
    expect(stopped.code).toBe(130);
    expect(document(stopped)).toMatchObject({ ok: false, error: "interrupted" });
    const status = await house.golive(["eval", "status"]);
    expect(status).toMatchObject({ code: 3 });
    expect(status.out).toMatch(/stopped; the same command goes on with it/);

    const [id = ""] = /ev_[0-9a-f]+/.exec(status.out) ?? [];
    const hold = await holdRun(house.database.appUrl, id);
    const refused = await house.golive(words);
    expect(refused.code).toBe(3);
    expect(document(refused).sentence).toMatch(/is being worked on by another process, so nothing was asked here/);
    expect((await house.golive(["eval", "list"])).out).toMatch(new RegExp(`^${id} .* running `, "m"));
    await hold?.release();

    const again = await house.golive(words);
    expect(again.err).toMatch(/^Going on with ev_\w+: \d of 3 trials/);
    expect(document(again)).toMatchObject({ ok: true, run: { state: "finished", counts: { planned: 3 } } });
  });

  it("killed with -9 and run again, pays for no label twice", async () => {
    const things = ["accounts", "billing", "webhooks", "tokens", "folders", "members"];
    const file = await goldFile("killed.jsonl", things);
    const words = ["eval", "run", "--gold", file, "--run", "run-1", "--json"];
    const [paid, rows] = [judged().length, await kept()];
    const child = spawn(process.execPath, ["src/main.ts", ...words], {
      cwd: ROOT,
      env: { ...process.env, ...house.env },
      stdio: "ignore",
    });
    const exit = once(child, "exit");
    // Seen by the server, not by a clock: in the middle of it.
    await expect.poll(() => judged().length - paid, { timeout: 60_000, interval: 5 }).toBeGreaterThan(3);
    child.kill("SIGKILL");
    await exit;
    const said = await house.golive(words);
    expect(said.err).toMatch(/^Going on with ev_/);
    expect(document(said)).toMatchObject({ ok: true, run: { counts: { planned: 7, graded: 6, refusals: 1 } } });
    // One call may have been under way when it died: of that one nobody knows what came of it.
    const twice = judged().length - paid - ((await kept()) - rows);
    expect([0, 1]).toContain(twice);
  });

  it.each([
    [["--sample", "0"], /Expected a whole number from 1/],
    [["--repeat", "two"], /Expected a whole number from 1 to 20/],
    [
      ["--gold", "/nowhere.jsonl"],
      /nowhere\.jsonl can't be used as a gold file: there is no such file\. Nothing was asked\./,
    ],
  ])("with %j is wrong usage", async (flags, said) => {
    const { code, out, err } = await house.golive(["eval", "run", ...flags]);
    expect(err).toMatch(said);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("is inconclusive when the service answers nothing, and scores nothing", async () => {
    const said = await house.golive(["eval", "run", "--gold", gold, "--config", "v-none", "--json"]);
    expect(said.code).toBe(3);
    expect(document(said)).toMatchObject({
      ok: false,
      run: { state: "inconclusive", counts: { graded: 0, failed: expect.any(Number) } },
      metrics: { overall: {} },
    });
  });
});

describe("golive eval status, list and cancel", () => {
  it("list every run, newest first", async () => {
    const { runs } = document(await house.golive(["eval", "list", "--json"]));
    expect(runs.length).toBeGreaterThan(3);
    const began = runs.map((run: { started_at: string }) => run.started_at);
    expect(began).toEqual([...began].sort().reverse());
    const said = await house.golive(["eval", "list"]);
    expect(said.out.trimEnd().split("\n")).toHaveLength(runs.length);
  });

  it("cancel ends an open run for good, and says when there is none", async () => {
    const file = await goldFile("cancelled.jsonl", ["accounts"]);
    const press = Promise.withResolvers<string>();
    const stopped = await house.golive(["eval", "run", "--gold", file], {
      interrupt: press.promise,
      onErr: () => press.resolve("SIGINT"),
    });
    expect(stopped.code).toBe(130);
    const cancelled = document(await house.golive(["eval", "cancel", "--reason", "wrong file", "--json"]));
    expect(cancelled).toMatchObject({ ok: true, state: "cancelled", was_worked_on: false });
    const status = document(await house.golive(["eval", "status", cancelled.run, "--json"]));
    expect(status).toMatchObject({ ok: false, run: { state: "cancelled", reason: "wrong file" } });
    expect((await house.golive(["eval", "cancel"])).err).toMatch(/^No evaluation is open/);
    expect((await house.golive(["eval", "cancel", cancelled.run])).err).toMatch(/has ended already/);
    expect((await house.golive(["eval", "status", "ev_none"])).err).toMatch(/has no evaluation `ev_none`/);
    const anew = await house.golive(["eval", "run", "--gold", file, "--json"]);
    expect(document(anew).run.id).not.toBe(cancelled.run);
  });
});

it("on a terminal the run is one line with a bar, gone when the report follows", async () => {
  const written: string[] = [];
  const terminal = Object.assign(Object.create(process.stderr), {
    isTTY: true,
    columns: 100,
    rows: 40,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  });
  const io = {
    out: () => undefined,
    err: () => undefined,
    env: {},
    stopSignal: () => new Promise<string>(() => undefined),
    inputClosed: () => new Promise<void>(() => undefined),
    terminal,
  };
  const { counts } = newTally(4);
  const progress = createRunProgress(io, counts, 120);
  progress.tell({ ...newTally(4), counts: { ...counts, graded: 1, ungraded: 1 } });
  await expect.poll(() => written.join("")).toMatch(/█{12}░{12} 2 of 4 · 1 ungraded · /);
  await progress.end();
  expect(written.at(-1)).not.toContain("█");
});
