import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { poolFileName } from "#src/evaluation/few-shot/pool-name";
import { sha256 } from "#src/manifest/canonical";
import { readConfigurationFacts } from "#src/manifest/configuration-facts";
import {
  CANDIDATES,
  openRefreshHouse,
  POOL,
  type RefreshHouse,
  SHIPPED_POOL,
  SHOWN,
} from "#test/few-shot/refresh-house";
import { type Releasers, release } from "#test/sandbox/bolt-app";

const releasers: Releasers = [];
let house: RefreshHouse;
beforeAll(async () => {
  house = await openRefreshHouse(releasers);
});
afterAll(() => release(releasers));
beforeEach(async () => {
  for (const file of await readdir(house.directory)) await rm(join(house.directory, file));
  await house.reset();
});

const resultSchema = z.looseObject({
  outcome: z.string(),
  proposal: z.string().nullable(),
  provenance: z.looseObject({ ids: z.array(z.string()), pool_sha256: z.string(), guard_sha256: z.string() }),
});
async function proposed(...how: Parameters<RefreshHouse["refresh"]>) {
  const found = await house.refresh(...how);
  const { proposal, provenance } = resultSchema.parse(found.result);
  if (proposal === null) throw new Error(found.summary);
  const state = await house.proposals.proposal(proposal);
  if (state === null) throw new Error("it is not there");
  return { found, id: proposal, provenance, state };
}
const bodySchema = z.looseObject({ prompt: z.looseObject({ few_shot_ids: z.array(z.string()) }) });

describe("a refresh", () => {
  it("proposes at most the share, with ids, pool, selector and seed, and writes nothing", async () => {
    const { found, state, provenance } = await proposed();
    expect(found).toMatchObject({
      verdict: "pass",
      summary: expect.stringMatching(/^Proposal #\d+: Show other examples/),
    });
    expect(provenance).toMatchObject({ selector: "cover-2", seed: 42, k: 3, floor: 0.7, embedder: { dimension: 256 } });
    expect(found.result).toMatchObject({ dropped: { count: 3, by: { leaks: 1 } }, leaked: { count: 0, first: [] } });
    expect(provenance.ids.filter((id) => !SHOWN.includes(id))).toHaveLength(1);
    expect(provenance.ids).toContain("fs-04");
    expect(state).toMatchObject({ kind: "few-shot-refresh", base: { run: "run-1", config: "v1" }, needsRun: false });
    expect(state.changes.map(({ path }) => path).sort()).toEqual([
      "prompt.few_shot_ids",
      "prompt.few_shot_pool_sha256",
      "prompt.few_shot_selector",
      "prompt.few_shot_selector_seed",
      "prompt.few_shot_since",
    ]);
    const [coverage] = state.evidence.figures;
    expect(coverage?.proposed).toBeGreaterThan(coverage?.base ?? 1);
    expect(state.evidence.cautions.join(" ")).toMatch(
      /No answer was asked for.*may flatter.*few_shot_pool\.[0-9a-f]{8}\.jsonl/,
    );
    expect(await readdir(house.directory)).toEqual([CANDIDATES, POOL, "gold.jsonl"]);
  });

  it("chooses the same again, asks the embedder for nothing twice, and proposes the same once", async () => {
    const first = await proposed();
    const asked = house.asked();
    const again = await proposed();
    expect([again.id, again.provenance]).toEqual([first.id, first.provenance]);
    expect(house.asked()).toBe(asked);
    await house.edit(CANDIDATES, (text) => `${text.trim().split("\n").toReversed().join("\n")}\n`);
    expect((await proposed()).provenance).toEqual(first.provenance);
  });

  it("says that there is nothing to change where a replacement would gain too little", async () => {
    const found = await house.refresh({ least_gain: 1 });
    expect(found).toMatchObject({
      verdict: "pass",
      summary: expect.stringMatching(/^Nothing to change: the 3 examples stay/),
      result: { outcome: "nothing-to-change", proposal: null },
    });
  });

  it("says what became of the same choice when it was declined", async () => {
    const { id } = await proposed({ seed: 7 });
    const [actor, members] = await house.people();
    await house.proposals.act(id, null, { type: "decline", actor, members, reason: "we like the old ones" });
    const again = await house.refresh({ seed: 7 });
    expect(again).toMatchObject({ verdict: "pass", result: { outcome: "not-proposed" } });
    expect(again.summary).toMatch(/^Nothing was proposed: .* Declined as #\d+ because: we like the old ones\./);
  });
});

describe("an accepted refresh", () => {
  it("is a version that the service answers with, out of the new pool, with facts that a manifest takes", async () => {
    const { id, provenance } = await proposed({ seed: 5 });
    await house.accept(id);
    const other = poolFileName(POOL, provenance.pool_sha256);
    await house.carryOut(id);
    // The job may come again after a crash.
    await house.carryOut(id);
    expect(await readdir(house.directory)).toEqual([CANDIDATES, other, POOL, "gold.jsonl"].sort());
    expect((await house.pools.load(provenance.pool_sha256))?.madeOf).toContain(provenance.guard_sha256);
    const state = await house.proposals.proposal(id);
    const config = state?.written?.config ?? "";
    expect(sha256(await readFile(join(house.directory, other), "utf8"))).toBe(provenance.pool_sha256);
    expect(sha256(await readFile(join(house.directory, POOL), "utf8"))).toBe(SHIPPED_POOL);
    const body = z.json().parse((await house.store.configVersions()).find(({ version }) => version === config)?.body);
    expect(bodySchema.parse(body).prompt).toMatchObject({ few_shot_ids: provenance.ids, few_shot_selector: "cover-2" });
    expect(readConfigurationFacts(body, {}).problems).toEqual([]);
    const answer = await fetch(`${house.ragService.url}/answer`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        query: "How long is an invitation valid?",
        run_id: "run-1",
        config_version: config,
        nonce: "n",
        eval: { temperature: 0, seed: 1, disable_cache: true },
      }),
    });
    expect(await answer.json()).toMatchObject({ prompt_audit: { few_shot_ids: provenance.ids } });
  });

  it("is not written where the pool can't be, and says how to ship it by hand", async () => {
    const { id, provenance } = await proposed({ seed: 11 });
    await house.accept(id);
    const unwritable = join(house.directory, poolFileName(POOL, provenance.pool_sha256));
    await mkdir(unwritable);
    await house.carryOut(id);
    await rm(unwritable, { recursive: true });
    expect((await house.proposals.proposal(id))?.ended).toMatchObject({
      as: "failed",
      says: expect.stringMatching(
        /could not be written .*golive few-shot pool [0-9a-f]{64} --out .* The next search or refresh that comes to the same proposes it anew\.$/,
      ),
    });
  });
});

describe("what is live", () => {
  it("fails a refresh while its pool holds gold questions, and a pool without them is proposed even if no example changes", async () => {
    const [first = "{}"] = (await readFile(join(house.directory, "gold.jsonl"), "utf8")).split("\n");
    await house.edit(POOL, (text) => `${text}${JSON.stringify({ ...JSON.parse(first), id: "fs-99" })}\n`);
    const leaking = sha256(await readFile(join(house.directory, POOL), "utf8"));
    await house.configure((prompt) => ({ ...prompt, few_shot_pool_sha256: leaking }));
    const { found, state } = await proposed({ least_gain: 1 });
    expect(found).toMatchObject({
      verdict: "fail",
      summary: expect.stringMatching(/^LEAKED: 1 gold cases stand in the pool that is live \(tp-01 in fs-99 by hash\)/),
    });
    expect(state).toMatchObject({ title: "Take a few-shot pool that leaks nothing" });
    expect(state.evidence.cautions[0]).toMatch(/holds 1 gold questions .* memory test/);
  });

  it("is let go of at once where an example is no longer good enough", async () => {
    await house.edit(CANDIDATES, (text) => text.replace(/("id": "fs-02".*"quality": )[\d.]+/, "$10.1"));
    const { provenance } = await proposed({ replace_share: 0 });
    expect(provenance.ids).not.toContain("fs-02");
    expect(provenance.ids.filter((id) => SHOWN.includes(id))).toEqual(["fs-01", "fs-04"]);
  });

  it("may choose per question: then all of the pool is shown, and the selector is the nearest", async () => {
    await house.configure((prompt) => ({
      ...prompt,
      few_shot_selection: "per-question",
      few_shot_selector: "knn-1",
      few_shot_selector_seed: 42,
    }));
    const { provenance } = await proposed();
    expect(provenance).toMatchObject({ selector: "knn-1", k: 13 });
  });
});

describe("what can't be done is said, and nothing is proposed", () => {
  it.each<[string, () => Promise<unknown>, Parameters<RefreshHouse["refresh"]>, RegExp]>([
    ["no section in golive.yaml", async () => null, [null], /golive.yaml has no few_shot_refresh/],
    [
      "no candidates",
      () => rm(join(house.directory, CANDIDATES)),
      [],
      /candidates few_shot_candidates.jsonl: there is no such file/,
    ],
    ["a wrong line", () => house.edit(CANDIDATES, (text) => `${text}{}\n`), [], /line 17: id: expected/],
    ["an empty gold set", () => house.edit("gold.jsonl", () => ""), [], /dataset gold.jsonl: /],
    [
      "a pool smaller than k",
      async () => null,
      [{ examples: 50 }],
      /the curated pool has 13 entries .* prompts show 50/,
    ],
    ["nobody good enough", async () => null, [{ quality_floor: 1 }], /the curated pool has 0 entries/],
    [
      "prompts without examples",
      () => house.configure((prompt) => ({ ...prompt, few_shot_ids: [] })),
      [],
      /prompts show no examples/,
    ],
    [
      "a live pool that is gone",
      () => rm(join(house.directory, POOL)),
      [{ least_gain: 1 }],
      /^Whether the live pool leaks is not known: /,
    ],
    [
      "no embedder",
      () => house.configure((prompt) => prompt),
      [{}, { configuration_facts: { embedding_model: "x.y" } }],
      /doesn't name its embedder/,
    ],
    [
      "no examples by declaration",
      async () => null,
      [{}, { configuration_facts: { few_shot_ids: { applies: false, reason: "none at all" } } }],
      /carry no examples/,
    ],
  ])("%s", async (_, prepare, how, says) => {
    await prepare();
    expect(await house.refresh(...how)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringMatching(says),
    });
  });

  it("an embedder that doesn't exist is an error", async () => {
    const other = { configuration_facts: { embedding_model: "generation.model" } };
    expect(await house.refresh({}, other)).toMatchObject({
      verdict: "error",
      summary: expect.stringMatching(/embedder can't be asked/),
    });
  });
});
