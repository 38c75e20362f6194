import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readableText } from "#sandbox/demo/read-blocks";
import type { Config } from "#src/config/load-config";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { eventually, INES, RELEASE, ROSA, startTestBot, type TestBot } from "#test/support/bot";
import { corpus } from "#test/support/rag-house";

const releasers: Releasers = [];
let bot: TestBot;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golive-pools-"));
  releasers.push(() => rm(folder, { recursive: true, force: true }));
  await copyFile(join(corpus, "few_shot_pool.jsonl"), join(folder, "few_shot_pool.jsonl"));
  bot = await startTestBot(releasers, { config: withPools, pools: folder });
});
afterAll(() => release(releasers));

/** Pools where nobody else has any, and the candidates of the corpus. */
function withPools(config: Config): Config {
  const services = Object.entries(config.golive.services).map(([id, service]) => [
    id,
    {
      ...service,
      few_shot_pool: join(folder, "few_shot_pool.jsonl"),
      few_shot_refresh: { ...service.few_shot_refresh, candidates: join(corpus, "few_shot_candidates.jsonl") },
    },
  ]);
  return { ...config, golive: { ...config.golive, services: Object.fromEntries(services) } };
}

const messages = () => bot.slack.workspace.messages(RELEASE, ROSA).filter(({ ephemeralFor }) => ephemeralFor === null);
const proposal = () => messages().find(({ text }) => /proposal #1/.test(text));
const words = () => {
  const found = proposal();
  return found === undefined ? "" : `${found.text}\n${readableText(found.blocks)}`;
};

test("a refresh is asked for, proposed with its diff, accepted, and goes live as any other candidate does", async () => {
  await bot.command(ROSA, "/golive run few-shot");
  await eventually(
    words,
    /Waiting for approval: proposal #1 of support-docs, Show other examples in prompts: fs-\d\d for fs-\d\d/,
  );
  expect(words()).toMatch(/prompt\.few_shot_ids/);
  expect(words()).toMatch(/coverage of the gold questions/);
  expect(words()).toMatch(/No answer was asked for/);
  await bot.press(INES, /^Accept/);
  await eventually(() => bot.count("proposal-left-to-people"), 1);
  const shipped = (await readdir(folder)).filter((name) => /^few_shot_pool\.[0-9a-f]{8}\.jsonl$/.test(name));
  expect(shipped).toHaveLength(1);
  const config = (await bot.facts()).find(({ type }) => type === "proposal-written")?.data.config;
  await bot.start(`start support-docs run-1 ${config}`);
  const results = (await bot.facts()).filter(({ type }) => type === "check-finished").map(({ data }) => data);
  const verdictOf = (check: string) =>
    results.filter((each) => each.check === check).map(({ result }) => Object(result).verdict);
  for (const check of ["manifest", "config-hash", "few-shot-leakage", "prompt-audit"]) {
    expect([check, verdictOf(check)]).toEqual([check, ["pass"]]);
  }
});
