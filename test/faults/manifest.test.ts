import { Pool } from "pg";
import { describe, expect, it } from "vitest";
import { SERVICE } from "#sandbox/demo/populate";
import { putConfig } from "#sandbox/rag/rag-store";
import { composeChecks } from "#src/compose-checks";
import { composeModels } from "#src/compose-models";
import { listServices } from "#src/config/to-policy";
import { createJournal } from "#src/journal/create-journal";
import { createRagService } from "#src/rag/service-http";
import { createRagStore } from "#src/rag/store-postgres";
import { releaseStream } from "#src/release/events";
import { foldRelease } from "#src/release/evolve";
import { newService } from "#src/release/evolve-service";
import { releaseEvents } from "#src/release/use-cases/decide-intent";
import { createResources } from "#src/resources/read-resources";
import { DAN, eventually, MILA, type TestBot, withBot } from "#test/support/bot";

const notes = (bot: TestBot) => bot.thread().join("\n");

describe.concurrent("the frozen manifest", () => {
  it("that the facts left is frozen anew at the next look, while people sign: what changed voids their sign-offs by name", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([
        [DAN, "data-quality"],
        [MILA, "accuracy"],
      ]);
      await putConfig(bot.rag.adminUrl, "v1", { retrieval: { top_k_dense: 1 } });
      await bot.rerun(MILA, "manifest");
      await eventually(() => bot.count("manifest-frozen"), 2);
      expect(await bot.count("sign-off-voided")).toBe(2);
      await eventually(() => notes(bot), /configuration\.body\.chunking\.max_tokens is gone/);
      // Every check is asked again about the new manifest.
      await eventually(
        async () => (await bot.count("check-requested")) >= 2 * bot.config.checklist.checks.length,
        true,
      );
    }));

  it("is not judged by a process that is configured otherwise: its check is an error, never a pass", () =>
    withBot(async (bot) => {
      await bot.start();
      const golive = structuredClone(bot.config.golive);
      const own = golive.services[SERVICE];
      if (own === undefined) throw new Error("the shipped configuration lost its service");
      own.retrieval.chunk_max_tokens = 200;
      const strict = { ...bot.config, golive };
      const pool = new Pool({ connectionString: bot.database.appUrl });
      const [service] = listServices(strict);
      if (service === undefined) throw new Error("no service");
      const store = createRagStore({ service, connectionString: bot.rag.appUrl });
      const ragService = createRagService({ url: bot.ragService.url, token: null, timeoutMs: 20_000 });
      const governed = () => ({ service, store, connectionString: bot.rag.appUrl, ragService });
      const serviceState = async () => newService(SERVICE);
      const access = { region: bot.bedrock.region, endpoint: bot.bedrock.url };
      const common = { config: strict, pool, log: bot.quiet };
      const models = composeModels({ ...common, databaseUrl: bot.database.appUrl, access });
      try {
        const checks = composeChecks({
          ...common,
          variables: {},
          governed,
          serviceState,
          models,
          resources: createResources(pool, null),
        });
        const [started] = (await bot.facts()).filter(({ type }) => type === "release-started");
        const journal = createJournal({ pool, jobs: { send: async () => undefined } });
        const events = await journal.load(releaseStream(String(started?.data.release)));
        const release = foldRelease(releaseEvents(events));
        if (release === null) throw new Error("no release");
        const result = await checks.run(release, "prefix-leakage", AbortSignal.timeout(20_000));
        expect(result.verdict).toBe("error");
        expect(result.summary).toMatch(
          /configured otherwise than the frozen manifest says.*chunk_max_tokens: 300 → 200/,
        );
      } finally {
        await models.close();
        await store.close();
        await pool.end();
      }
    }));
});
