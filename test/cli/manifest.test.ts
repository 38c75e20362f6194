import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putConfig } from "#sandbox/rag/rag-store";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import { type CliHouse, openHouse } from "#test/cli/cli-house";

let house: CliHouse;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golive-manifest-"));
  house = await openHouse();
});
afterAll(async () => {
  await house.stop();
  await rm(folder, { recursive: true, force: true });
});

const hashOf = (text: string): string => JSON.parse(text).hash;

describe("golive manifest", () => {
  it("generates the same bytes from the same facts, complete, in both forms, with no secret in them", async () => {
    const [one, two] = [await house.golive(["manifest", "generate"]), await house.golive(["manifest", "generate"])];
    expect([one.code, one.err]).toEqual([0, expect.stringContaining("run-2 with v1")]);
    expect(two.out).toBe(one.out);
    const json = await house.golive(["manifest", "generate", "--format", "json"]);
    expect(one.out).toContain(`hash: ${hashOf(json.out)}`);
    expect(JSON.parse(json.out).manifest).toMatchObject({
      schema: "golive-manifest/2",
      candidate: { run: "run-2", config: "v1" },
      models: { judge: { arn: expect.stringMatching(/^arn:aws:bedrock:/) } },
      source: { branch: "main" },
      datasets: [{ id: "support-docs-gold", cases: expect.any(Number) }],
    });
    expect(json.out).not.toMatch(/secret-not-a-secret|golive_app:/);
  });

  it("says what differs between two, what looks at it, and what it voids", async () => {
    const before = join(folder, "before.yaml");
    await house.golive(["manifest", "generate", "--out", before]);
    const rerank = { ...Object(defaultServiceConfig().rerank), top_n: 5 };
    await putConfig(house.rag.adminUrl, "v1", { ...defaultServiceConfig(), rerank });
    const after = hashOf((await house.golive(["manifest", "generate", "--json"])).out);
    const diff = await house.golive(["manifest", "diff", before, after.slice(0, 8)]);
    expect(diff.code).toBe(0);
    expect(diff.out).toMatch(
      /configuration\.body\.rerank\.top_n: 8 → 5\n +checks +manifest, config-hash, prompt-audit, rerank-settings\n/,
    );
    expect(diff.out).toMatch(/sign-offs +accuracy, go-ahead/);
    const json = JSON.parse((await house.golive(["manifest", "diff", before, after, "--json"])).out);
    expect(json).toMatchObject({ ok: true, equal: false, b: after, voids: expect.arrayContaining(["team-notified"]) });
    expect(json.changes.map(({ key }: { key: string }) => key)).toContain("configuration.body.rerank.top_n");
    expect((await house.golive(["manifest", "diff", before, after, "--exit-code"])).code).toBe(1);
    expect((await house.golive(["manifest", "diff", after, after, "--exit-code"])).code).toBe(0);
    await putConfig(house.rag.adminUrl, "v1", defaultServiceConfig());
  });

  it("prints one that is not complete, names what is missing, and exits 1", async () => {
    house.ragService.misbehave({ lyingConfigHash: true });
    const said = await house.golive(["manifest", "generate", "--json"]);
    house.ragService.behave();
    expect(said.code).toBe(1);
    expect(JSON.parse(said.out).manifest.service_report.contradictions).toHaveLength(1);
    expect(said.err).toMatch(/not complete, 1 fact is missing or wrong.*\n.*disagrees: it reports CONFIG_HASH/);
  });

  it("is an error, with nothing printed, when a source can't be asked", async () => {
    house.ragService.misbehave({ status: 503 });
    const said = await house.golive(["manifest", "generate"]);
    house.ragService.behave();
    expect([said.code, said.out]).toEqual([3, ""]);
    expect(said.err).toMatch(/RAG service .*503/);
  });

  it("shows a release's manifest with who froze it and what the checks said, and finds a file that was changed", async () => {
    expect((await house.golive(["manifest", "show"])).err).toMatch(/no release of support-docs yet/);
    expect((await house.golive(["release", "start", "--as", "U0ROSA", "--wait"])).code).toBe(0);
    const shown = JSON.parse((await house.golive(["manifest", "show", "--json"])).out);
    expect(shown.record).toMatchObject({
      number: 1,
      requested_by: expect.any(String),
      audit_head: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      health: { models: { verdict: "pass" }, backup: { verdict: "pass" } },
    });
    const file = join(folder, "shown.yaml");
    await house.golive(["manifest", "show", "--out", file]);
    expect((await house.golive(["manifest", "diff", file, "release", "--exit-code"])).code).toBe(0);
    await writeFile(file, (await readFile(file, "utf8")).replace("rrf_k: 60", "rrf_k: 61"));
    expect((await house.golive(["manifest", "diff", file, "release"])).err).toMatch(/was changed: it says hash/);
  });

  it.each([
    [["manifest", "generate", "--format", "xml"], /--format is yaml or json/],
    [["manifest", "diff", "nothing", "release"], /neither a kept manifest/],
    [["manifest", "show", "rel_00"], /There is no release rel_00/],
    [["manifest", "generate", "--out", "/nowhere/at/all.yaml"], /could not be written/],
  ])("refuses %j with a sentence and exit 2", async (words, says) => {
    const said = await house.golive(words);
    expect([said.code, said.err]).toEqual([2, expect.stringMatching(says)]);
  });
});
