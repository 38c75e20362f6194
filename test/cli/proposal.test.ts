import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import { readGold } from "#src/evaluation/run/gold-file";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import { createRagService } from "#src/rag/service-http";
import { type CliHouse, openHouse, ROOT, SERVICE } from "#test/cli/cli-house";
import { gold, plan, reply, verdict } from "#test/evaluation-run/records";
import { world } from "#test/nudges/worlds";

let house: CliHouse;
let pool: Pool;
beforeAll(async () => {
  house = await openHouse({ corpus: true });
  pool = new Pool({ connectionString: house.database.appUrl });
});
afterAll(async () => {
  await pool.end();
  await house.stop();
});

const PAIR = { run: "run-1", config: "v1" };

/** A finished evaluation of these answers, as the runner leaves it. */
async function evaluated(
  id: string,
  answers: readonly { readonly gold: GoldQuestion; readonly reply: Reply }[],
  at: number,
  sample: number | null = null,
) {
  const ledger = createRunLedger(pool);
  const of = plan(
    answers.map((each) => each.gold.id),
    { service: SERVICE, pair: PAIR, sample: sample === null ? null : { size: sample, seed: 1 } },
  );
  await ledger.open(
    of,
    answers.map((each) => ({ gold: each.gold, repeat: 0 })),
    { id, at },
  );
  for (const [place, each] of answers.entries()) {
    await ledger.saveReply(id, place, each.reply);
    await ledger.saveVerdict(id, place, verdict());
  }
  await ledger.end(id, "finished", null, at + 1);
}

/** Answers in which full-text search knows where the evidence is and the vectors guess. */
function planted(ranks = true, seed = 1) {
  return world(seed, { questions: 60, sparseKnows: 0.9 }).cases.map((one) => {
    const chunks = one.chunks.map(({ id, document, text, dense, sparse, tokens }) => ({
      chunk_id: id,
      document,
      text,
      tokens,
      ranks: { dense, sparse },
    }));
    const made = reply("Seven days.");
    if (made.answer === null) throw new Error("no answer");
    const ids = [...one.gold].flatMap((at) => chunks[at]?.chunk_id ?? []);
    const snapshot = chunks.map(({ tokens: _, ranks: found, ...chunk }, at) => ({
      ...chunk,
      bm25_text: chunk.text,
      score: 1,
      rank: at + 1,
      ...(ranks ? { ranks: found } : {}),
    }));
    const context = one.context.flatMap((at) => chunks[at] ?? []).map(({ ranks: _, ...chunk }) => chunk);
    return {
      gold: gold(one.id, { chunks: { run: PAIR.run, ids } }),
      reply: { ...made, answer: { ...made.answer, snapshot, context } },
    };
  });
}

describe("golive nudge", () => {
  it("says that there is no evaluation to search on", async () => {
    expect(await house.golive(["nudge"])).toMatchObject({ code: 1, err: expect.stringContaining("golive eval run") });
  });

  it("comes out in the sandbox's own order and context for all of its questions, which are about too few files", async () => {
    const service = createRagService({ url: house.ragService.url, token: null, timeoutMs: 10_000 });
    const { questions } = await readGold(`${ROOT}/sandbox/corpus/gold.jsonl`);
    const signal = new AbortController().signal;
    const made = reply("x");
    const answers = [];
    for (const [at, question] of questions.filter(({ answerable }) => answerable).entries()) {
      const wish = { temperature: 0, seed: 42, disable_cache: true };
      const answer = await service.answer(
        { query: question.question, pair: PAIR, nonce: `n${at}`, eval: wish },
        signal,
      );
      answers.push({ gold: question, reply: { ...made, answer } });
    }
    await evaluated("ev_sandbox", answers, 1_000);
    const said = await house.golive(["nudge", "--json"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    const [search] = JSON.parse(said.out).searches;
    expect(search.says).toMatch(/^Only 77 questions in \d groups that share evidence/);
    expect(search.says).not.toContain("can't be searched");
    expect((await house.golive(["nudge", "--json"])).out).toBe(said.out);
  });

  it("says so when the service sends no ranks", async () => {
    await evaluated("ev_mute", planted(false), 2_000);
    expect(await house.golive(["nudge"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/doesn't send the ranks/),
    });
  });

  it("shows what it found, and proposes it only when asked to, once", async () => {
    await evaluated("ev_planted", planted(), 3_000);
    // A night's sample is newer, and not what is searched.
    await evaluated("ev_sample", planted(false), 4_000, 60);
    const shown = await house.golive(["nudge"]);
    expect(shown.out).toMatch(/retrieval\.weights\.sparse: 1 → (2|1\.4)/);
    expect(shown.out).toContain("Nothing was proposed: add --propose for that.");
    expect((await house.golive(["proposal", "list"])).out).toBe("support-docs has no open proposal.\n");
    const propose = async (as: string) => {
      const said = await house.golive(["nudge", "--propose", "--as", as, "--json"]);
      return { code: said.code, ...JSON.parse(said.out).searches[0] };
    };
    expect(await house.golive(["nudge", "--propose"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^Who are you/),
    });
    expect(await propose("U0DAN")).toMatchObject({ code: 1, proposal: null, refused: expect.any(String) });
    const { proposal: first, became } = await propose("U0ROSA");
    expect(became).toBe(`Proposed as #1, ${first}.`);
    const { proposal: again } = await propose("U0ROSA");
    expect(first).toMatch(/^pp_[0-9a-f]{16}$/);
    expect(again).toBe(first);
    const listed = JSON.parse((await house.golive(["proposal", "list", "--json"])).out);
    expect(listed.proposals.map(({ id }: { id: string }) => id)).toEqual([first]);
  });
});

describe("golive proposal", () => {
  it("shows one by its number, with its evidence and what accepting does", async () => {
    const shown = await house.golive(["proposal", "show", "1"]);
    expect(shown.out).toMatch(/#1\s+waits for release-approver: Weigh full-text search more/);
    expect(shown.out).toMatch(/rank-weighted, held out: [\d.]+ % → [\d.]+ %/);
    expect(shown.out).toContain("Accepting writes a new configuration version made from v1");
  });

  it("takes no decision from nobody, from the wrong person, or about what isn't there", async () => {
    expect(await house.golive(["proposal", "accept", "1"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^Who are you/),
    });
    expect(await house.golive(["proposal", "accept", "1", "--as", "U0DAN"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/needs the role release-approver/),
    });
    expect(await house.golive(["proposal", "show", "pp_none"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("proposal list"),
    });
    expect(await house.golive(["proposal", "decline", "1", "--as", "U0INES", "--reason", "no"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("at least 10 characters"),
    });
  });

  it("accepts in the name of --as, says who that was, and takes a second acceptance as done", async () => {
    const accepted = await house.golive(["proposal", "accept", "1", "--as", "U0INES", "--json"]);
    expect(accepted).toMatchObject({ code: 0, err: expect.stringContaining("The running bot carries it out") });
    const { proposal } = JSON.parse(accepted.out);
    expect(proposal).toMatchObject({
      accepted: [{ role: "release-approver", by: "U0INES" }],
      waits_for: [],
      ended: null,
    });
    expect(await house.golive(["proposal", "accept", proposal.id, "--as", "U0INES"])).toMatchObject({ code: 0 });
    expect(
      await house.golive(["proposal", "decline", proposal.id, "--as", "U0INES", "--reason", "changed my mind"]),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining("it is being carried out"),
    });
  });

  it("says of what people declined that it is not proposed again, and why", async () => {
    await evaluated("ev_again", planted(true, 2), 5_000);
    const nudge = () => house.golive(["nudge", "--evaluation", "ev_again", "--propose", "--as", "U0ROSA"]);
    expect((await nudge()).out).toContain("Proposed as #2");
    await house.golive(["proposal", "decline", "2", "--as", "U0INES", "--reason", "The gold set lacks such questions"]);
    const said = await nudge();
    expect(said.code).toBe(1);
    expect(said.out.replaceAll(/\s+/g, " ")).toContain(
      "It was not proposed. Declined as #2 because: The gold set lacks such questions.",
    );
  });
});
