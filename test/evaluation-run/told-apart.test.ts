import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writePacedConfigs } from "#sandbox/demo/paced-configs";
import { ingest } from "#sandbox/rag/ingest";
import { serviceEnvironment } from "#sandbox/rag/service-defaults";
import type { LocalRagService } from "#sandbox/rag-service/start";
import { ROOT, shell } from "#test/cli/cli-house";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { createTestDatabase } from "#test/support/postgres";
import { corpus, createRagHouse } from "#test/support/rag-house";
import { startServiceBehind } from "#test/support/rag-service-house";

/** What this test reads of the command's document. */
type Said = {
  readonly code: number;
  readonly run: { readonly id: string; readonly reason: string | null; readonly counts: { readonly graded: number } };
  readonly metrics: { readonly retriever: Metrics; readonly generator: Metrics };
  readonly summary: {
    readonly abstention_rate: number;
    readonly refusals: { readonly correct: number };
    readonly data_and_tools: Readonly<Record<"prefix_leakage" | "breadth", { readonly verdict: string }>> & {
      readonly made_with: { readonly few_shot_ids: readonly string[] };
    };
  };
  readonly floors: { readonly verdict: string } | null;
};
type Judged = {
  readonly floors: {
    readonly verdict: string;
    readonly findings: readonly {
      readonly floor: string;
      readonly verdict: string;
      readonly value: number;
      readonly limit: number;
    }[];
  };
  readonly comparison: {
    readonly differences: readonly { readonly measure: string; readonly standing: string | null }[];
  } | null;
};
type Metrics = { readonly claim_recall: number; readonly hallucination: number };

const releasers: Releasers = [];
afterAll(() => release(releasers));

describe("on the sandbox's own corpus a broken candidate is told apart", () => {
  let service: LocalRagService;
  let env: Readonly<Record<string, string>>;
  let good: Said;
  let pages: string;

  const evaluate = async (...words: string[]): Promise<Said> => {
    const said = await shell(["eval", "run", "--json", ...words], env);
    if (!said.out.includes('"run"')) throw new Error(`golive eval run ${words.join(" ")}: ${said.out}${said.err}`);
    return { ...JSON.parse(said.out), code: said.code };
  };

  beforeAll(async () => {
    const [database, rag] = await Promise.all([createTestDatabase(), createRagHouse()]);
    releasers.push(database.drop, rag.drop);
    await ingest({
      connectionString: rag.adminUrl,
      run: "broken",
      from: { dir: corpus },
      faults: { brokenChunker: true },
    });
    const { bedrock, ragService } = await startServiceBehind(releasers, rag);
    service = ragService;
    const configs = await mkdtemp(join(tmpdir(), "golive-told-apart-"));
    releasers.push(() => rm(configs, { recursive: true, force: true }));
    await writePacedConfigs({
      from: join(ROOT, "configs"),
      to: configs,
      gold: join(corpus, "gold.jsonl"),
      evaluates: true,
    });
    pages = await mkdtemp(join(tmpdir(), "golive-told-apart-pages-"));
    releasers.push(() => rm(pages, { recursive: true, force: true }));
    const yaml = join(configs, "golive.yaml");
    const fast = (await readFile(yaml, "utf8"))
      .replaceAll("per_second: 60", "per_second: 500")
      .replaceAll("max_in_flight: 4", "max_in_flight: 2");
    await writeFile(
      yaml,
      fast.replace("groups: [S0ONCALL]", "groups: []").replace("groups: [S0RELEASE]", "users: [U0INES, U0TOM]"),
    );
    const places = { url: ragService.url, bedrock: bedrock.url };
    env = { ...serviceEnvironment(rag.appUrl, places), DATABASE_URL: database.appUrl, GOLIVE_CONFIG: configs };
    good = await evaluate("--run", "run-1");
  });

  /** The verdicts of an evaluation's report, against the good one where that is wished. */
  const judge = async ({ run }: Said, ...against: string[]): Promise<Judged> => {
    const said = await shell(
      ["eval", "report", run.id, "--out", join(pages, `${run.id}.html`), "--json", ...against],
      env,
    );
    expect(said.code, said.err).toBe(0);
    return JSON.parse(said.out);
  };
  const missed = ({ floors }: Judged) =>
    floors.findings.filter(({ verdict }) => verdict === "fail").map(({ floor }) => floor);

  it("and the good one grades every answerable case, refuses every negative, and meets every floor with room to spare", async () => {
    expect(good).toMatchObject({
      code: 0,
      run: { state: "finished", counts: { graded: 77, refusals: 7 } },
      summary: { refusals: { correct: 1 }, retrieval: { prefilter: 1 } },
    });
    expect(good.metrics.retriever.claim_recall).toBeGreaterThan(90);
    expect(good.metrics.generator.hallucination).toBeLessThan(5);
    const { floors } = await judge(good);
    expect(floors.verdict).toBe("pass");
    for (const { floor, value, limit } of floors.findings) {
      if (floor !== "latency_max") expect(value, floor).toBeGreaterThan(limit + 0.05);
    }
  });

  it("and so does the demo's candidate, which is cut into smaller chunks and has another configuration", async () => {
    const candidate = await evaluate("--run", "run-2", "--config", "v2");
    expect((await judge(candidate)).floors.verdict).toBe("pass");
  });

  it("by the floor of what the reader used, by claim recall and abstention when its chunks are cut anywhere", async () => {
    const broken = await evaluate("--run", "broken");
    expect(broken).toMatchObject({ code: 1, ok: false, floors: { verdict: "fail" } });
    expect(broken.metrics.retriever.claim_recall).toBeLessThan(good.metrics.retriever.claim_recall - 20);
    expect(broken.summary.abstention_rate).toBeGreaterThan(good.summary.abstention_rate);
    const judged = await judge(broken, "--baseline", good.run.id);
    expect(missed(judged)).toEqual(["reader_used_gold_min"]);
    expect(judged.comparison).toMatchObject({ comparable: true, verdict: "fail" });
    const standings = new Map(judged.comparison?.differences.map(({ measure, standing }) => [measure, standing]));
    expect([standings.get("reader_used_gold"), standings.get("f1")]).toEqual(["breach", "breach"]);
  });

  it("by the number of candidates, claim recall and abstention when its candidates are clamped silently", async () => {
    service.misbehave({ silentClamp: 2 });
    const clamped = await evaluate("--run", "run-1", "--seed", "1");
    service.behave();
    expect(good.summary.data_and_tools.breadth.verdict).toBe("pass");
    expect(clamped.summary.data_and_tools.breadth).toMatchObject({
      verdict: "fail",
      sentence: "All 84 queries found exactly 2 candidates: something clamps them silently.",
    });
    expect(clamped.metrics.retriever.claim_recall).toBeLessThan(good.metrics.retriever.claim_recall - 4);
    expect(clamped.summary.abstention_rate).toBeGreaterThan(good.summary.abstention_rate + 0.04);
  });

  it("by the floors when one polite text answers everything", async () => {
    const constantAnswer =
      "Thank you for your question. The documentation describes this in detail. Our team is happy to help.";
    service.misbehave({ constantAnswer });
    const template = await evaluate("--run", "run-1", "--seed", "2");
    service.behave();
    expect(template.code).toBe(1);
    const judged = await judge(template);
    expect(judged.floors.verdict).toBe("fail");
    expect(missed(judged)).toEqual([
      "precision_min",
      "recall_min",
      "f1_min",
      "faithfulness_min",
      "reader_used_gold_min",
    ]);
    expect(template.summary.refusals.correct).toBe(0);
  });

  it("by its latency against the baseline when it is slowed down, and by nothing else", async () => {
    // More than a busy machine adds to a few milliseconds.
    service.misbehave({ delayMs: 1_500 });
    const slow = await evaluate("--run", "run-1", "--sample", "22", "--seed", "3");
    service.behave();
    expect(slow).toMatchObject({ code: 0, floors: null });
    const { comparison } = await judge(slow, "--baseline", good.run.id);
    expect(comparison).toMatchObject({ verdict: "fail", latency: { standing: "breach" } });
    expect(comparison?.differences.filter(({ standing }) => standing === "breach")).toEqual([]);
  });

  it("by the search texts when the ingestion prefix leaks into them, though it scores no worse", async () => {
    service.misbehave({ leakPrefix: true });
    const leaked = await evaluate("--run", "run-1", "--seed", "4");
    service.behave();
    expect(good.summary.data_and_tools.prefix_leakage.verdict).toBe("pass");
    expect(leaked).toMatchObject({ code: 0, summary: { data_and_tools: { prefix_leakage: { verdict: "fail" } } } });
  });

  it("by the examples that it was made with when they are others than configured", async () => {
    service.misbehave({ wrongFewShots: true });
    const other = await evaluate("--run", "run-1", "--seed", "5");
    service.behave();
    expect(good.summary.data_and_tools.made_with.few_shot_ids).toEqual(["fs-01", "fs-02", "fs-04"]);
    expect(other.summary.data_and_tools.made_with.few_shot_ids).toEqual(["fs-03"]);
  });

  it.each([
    { stuckCache: "honest" as const },
    { stuckCache: "verbatim" as const },
    { stuckCache: "stamped" as const },
    { temperature: 0.7 },
  ])("as not measured at all with %j: what isn't an answer to what was asked has no score", async (knob) => {
    service.clearCache();
    service.misbehave(knob);
    // A cache can only answer what was asked before: in the second round.
    const said = await evaluate("--run", "run-1", "--sample", "5", "--repeat", "2");
    service.behave();
    expect(said).toMatchObject({ code: 3, run: { state: "inconclusive" } });
    expect(said.run.reason).toContain("× not-as-asked");
    expect(said.run.counts.graded).toBeLessThanOrEqual(5);
  });
});
