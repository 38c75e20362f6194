import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JUDGE } from "#sandbox/bedrock/catalogue";
import { type CliHouse, edit, openHouse } from "#test/cli/cli-house";

let house: CliHouse;
let gold: string;
beforeAll(async () => {
  house = await openHouse();
  gold = join(house.configs, "regrade.jsonl");
  const cases = ["accounts", "billing", "webhooks"].map((thing) => ({
    id: thing,
    query: `How many ${thing} for each workspace?`,
    gt_answer: `Ten ${thing} for each workspace.`,
  }));
  const negative = {
    id: "none",
    query: "Which moon is made of cheese?",
    gt_answer: "I don't know.",
    tags: ["negative"],
  };
  await writeFile(gold, [...cases, negative].map((each) => JSON.stringify(each)).join("\n"));
});
afterAll(() => house.stop());

const json = async (...words: readonly string[]) => {
  const said = await house.golive([...words, "--json"]);
  return { ...said, document: JSON.parse(said.out) };
};
const set = (run: string) =>
  house.golive(["eval", "baseline", "set", run, "--reason", "live for a month", "--as", "U0MILA"]);
const regrade = (...more: string[]) => house.golive(["eval", "baseline", "regrade", ...more]);
/** Another judge, by its settings: another evaluator epoch. */
const changeEpoch = (from: number, to: number) =>
  edit(join(house.configs, "deterministic_evaluation.env"), (text) =>
    text.replace(`MAX_TOKENS=${from}`, `MAX_TOKENS=${to}`),
  );
/** What models were asked, apart from embeddings: the service's reader, and the judge. */
const asked = () =>
  house.bedrock.log.entries().flatMap(({ model, operation }) => (operation === "ConverseStream" ? [model] : []));

describe("golive eval baseline regrade", () => {
  it("has nothing to do without a baseline, or with one of today's epoch, and asks who wants it", async () => {
    expect(await regrade()).toMatchObject({ code: 2, err: expect.stringMatching(/^Who are you\?/) });
    expect(await regrade("--as", "U0MILA")).toMatchObject({ code: 1, err: expect.stringMatching(/^No baseline/) });
    const { document } = await json("eval", "run", "--gold", gold);
    expect(await set(document.run.id)).toMatchObject({ code: 0 });
    expect(await regrade("--as", "U0DAN")).toMatchObject({ code: 1, err: expect.stringMatching(/canary/) });
    expect(await regrade("--as", "U0MILA")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/today's judge .* nothing to grade anew, and the baseline stays/),
    });
  });

  it("grades the stored answers with today's judge, asks the service nothing, and makes runs comparable again", async () => {
    const [old] = (await json("eval", "baseline", "list")).document.baselines;
    await changeEpoch(1024, 1000);
    const fresh = (await json("eval", "run", "--gold", gold, "--run", "run-1")).document.run.id;
    const compare = () =>
      json("eval", "report", fresh, "--baseline", "baseline", "--out", join(house.configs, "report.html"));
    expect((await compare()).document.comparison).toMatchObject({ comparable: false, why: { kind: "other-epoch" } });

    const before = asked().length;
    const said = await regrade("--as", "U0MILA", "--json");
    expect(said.code).toBe(0);
    expect(said.err).toMatch(/4 stored answers are graded anew; the RAG service is not asked/);
    const { baseline } = JSON.parse(said.out);
    expect(baseline.regraded_from).toMatchObject({ id: old.id, run: old.run });
    // The other run had the same answers judged: not even the judge is paid twice.
    expect(asked().slice(before)).toEqual([]);

    const now = await compare();
    expect(now.document.comparison).toMatchObject({ comparable: true, baseline: baseline.run, unpaired: [] });
    const shown = await json("eval", "baseline", "show");
    expect(shown.document.baseline).toMatchObject({ run: baseline.run, pair: { run: "run-2" }, regraded_from: old.id });
    expect(shown.document.baseline.gold.file).toBe(`regrade.jsonl (answers of ${old.run})`);
    const again = await regrade("--as", "U0MILA");
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/nothing to grade anew/) });
  });

  it("interrupted, leaves the baseline as it is, and goes on with what was graded", async () => {
    await changeEpoch(1000, 900);
    const before = asked().length;
    const halfway = Promise.withResolvers<string>();
    const stopped = await house.golive(["eval", "baseline", "regrade", "--as", "U0MILA"], {
      interrupt: halfway.promise,
      onErr: (text) => {
        if (/^1 of 4/m.test(text)) halfway.resolve("SIGINT");
      },
    });
    expect(stopped).toMatchObject({ code: 130, err: expect.stringMatching(/The baseline stays as it is/) });
    expect((await json("eval", "baseline", "list")).document.baselines).toHaveLength(2);
    const [open] = (await json("eval", "list")).document.runs;
    expect(open.state).toBe("running");

    const done = await regrade("--as", "U0MILA", "--json");
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out).baseline.run).toBe(open.id);
    expect(new Set(asked().slice(before))).toEqual(new Set([JUDGE]));
  });
});
