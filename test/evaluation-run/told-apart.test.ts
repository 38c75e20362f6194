import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writePacedConfigs } from "#sandbox/demo/paced-configs";
import { ingest } from "#sandbox/rag/ingest";
import { serviceEnvironment } from "#sandbox/rag/service-defaults";
import type { LocalRagService } from "#sandbox/rag-service/start";
import { checkFloors } from "#src/evaluation/oracle/quality-floors";
import { ROOT, shell } from "#test/cli/cli-house";
import { honest, openRunHouse, questions } from "#test/evaluation-run/run-house";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { shippedConfig } from "#test/support/bot";
import { createTestDatabase } from "#test/support/postgres";
import { corpus, createRagHouse } from "#test/support/rag-house";
import { startServiceBehind } from "#test/support/rag-service-house";

/** What this test reads of the command's document. */
type Said = {
  readonly code: number;
  readonly run: { readonly reason: string | null; readonly counts: { readonly graded: number } };
  readonly metrics: { readonly retriever: Metrics; readonly generator: Metrics };
  readonly summary: { readonly abstention_rate: number };
};
type Metrics = { readonly claim_recall: number; readonly hallucination: number };

const releasers: Releasers = [];
afterAll(() => release(releasers));

describe("on the sandbox's own corpus a broken candidate is told apart", () => {
  let service: LocalRagService;
  let env: Readonly<Record<string, string>>;
  let good: Said;

  const evaluate = async (...words: string[]): Promise<Said> => {
    const said = await shell(["eval", "run", "--json", ...words], env);
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
    await writePacedConfigs({ from: join(ROOT, "configs"), to: configs, gold: join(corpus, "gold.jsonl") });
    const yaml = join(configs, "golive.yaml");
    const fast = (await readFile(yaml, "utf8")).replaceAll("per_second: 12", "per_second: 500");
    await writeFile(
      yaml,
      fast.replace("groups: [S0ONCALL]", "groups: []").replace("groups: [S0RELEASE]", "users: [U0INES, U0TOM]"),
    );
    const places = { url: ragService.url, bedrock: bedrock.url };
    env = { ...serviceEnvironment(rag.appUrl, places), DATABASE_URL: database.appUrl, GOLIVE_CONFIG: configs };
    good = await evaluate("--run", "run-1");
  });

  it("and the good one grades every answerable case and refuses every negative", () => {
    expect(good).toMatchObject({
      code: 0,
      run: { state: "finished", counts: { graded: 13, refusals: 2 } },
      summary: { refusals: { correct: 1 }, retrieval: { prefilter: 1 } },
    });
    expect(good.metrics.retriever.claim_recall).toBeGreaterThan(80);
    expect(good.metrics.generator.hallucination).toBeLessThan(5);
  });

  it("by claim recall and abstention when its chunks are cut anywhere", async () => {
    const broken = await evaluate("--run", "broken");
    expect(broken.code).toBe(0);
    expect(broken.metrics.retriever.claim_recall).toBeLessThan(good.metrics.retriever.claim_recall - 20);
    expect(broken.summary.abstention_rate).toBeGreaterThan(good.summary.abstention_rate);
  });

  it("by claim recall when its candidates are clamped silently", async () => {
    service.misbehave({ silentClamp: 2 });
    const clamped = await evaluate("--run", "run-1", "--seed", "1");
    service.behave();
    expect(clamped.metrics.retriever.claim_recall).toBeLessThan(good.metrics.retriever.claim_recall - 10);
  });

  it.each([{ stuckCache: "honest" as const }, { stuckCache: "verbatim" as const }, { temperature: 0.7 }])(
    "as not measured at all with %j: what isn't an answer to what was asked has no score",
    async (knob) => {
      service.clearCache();
      service.misbehave(knob);
      // A cache can only answer what was asked before: in the second round.
      const said = await evaluate("--run", "run-1", "--sample", "5", "--repeat", "2");
      service.behave();
      expect(said).toMatchObject({ code: 3, run: { state: "inconclusive" } });
      expect(said.run.reason).toContain("× not-as-asked");
      expect(said.run.counts.graded).toBeLessThanOrEqual(5);
    },
  );
});

it("a constant template answer can't pass the floors, however politely it is worded", async () => {
  const house = await openRunHouse(releasers);
  const id = await house.begin(questions(60));
  const template =
    "Thank you for your question. The documentation describes this in detail. Our team is happy to help.";
  house.answering((request) => ({ ...honest(request), answer: template }));
  expect(await house.run(id)).toMatchObject({ state: "finished", counts: { graded: 60 } });
  const cases = (await house.cases(id)).map(({ gold, verdict }) => ({
    id: gold.id,
    metrics: verdict?.metrics ?? null,
  }));
  const { qualityGates } = await shippedConfig();
  const measured = { p95Seconds: 1, oracleRetrievalHit: 1, readerUsedGold: 1 };
  const { verdict, findings } = checkFloors(qualityGates, cases, measured);
  expect(verdict).toBe("fail");
  const failed = findings.filter((finding) => finding.verdict === "fail").map(({ floor }) => floor);
  expect(failed).toEqual(["precision_min", "recall_min", "f1_min", "faithfulness_min"]);
});
