import { Client, Pool } from "pg";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { SERVICE } from "#sandbox/demo/populate";
import { putConfig } from "#sandbox/rag/rag-store";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import { composeBackups } from "#src/compose-backups";
import { composeChecks } from "#src/compose-checks";
import { composeModels } from "#src/compose-models";
import { listServices } from "#src/config/to-policy";
import { createJournal } from "#src/journal/create-journal";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import { createRagService } from "#src/rag/service-http";
import { createRagStore } from "#src/rag/store-postgres";
import { releaseStream } from "#src/release/events";
import { newService } from "#src/release/evolve-service";
import { releaseOf } from "#src/release/use-cases/folded";
import { createResources } from "#src/resources/read-resources";
import { DAN, eventually, LIVE_BEFORE, MILA, RELEASE, ROSA, type TestBot, withBot } from "#test/support/bot";

const notes = (bot: TestBot) => bot.thread().join("\n");

/** The manifest's files in the release's thread, oldest first. */
const files = (bot: TestBot) =>
  bot.slack.workspace.messages(RELEASE, ROSA).flatMap(({ files, threadTs }) => (threadTs === null ? [] : files));

describe.concurrent("the frozen manifest", () => {
  it("is told in the thread in a few lines and lies there as the file that `golive manifest show` prints", () =>
    withBot(async (bot) => {
      await bot.start();
      await eventually(() => files(bot).length, 1);
      const frozen = (await bot.facts()).find(({ type }) => type === "manifest-frozen");
      const hash = String(frozen?.data.hash);
      const told = bot.thread().filter((note) => note.includes("The run manifest is frozen"));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(hash.slice(0, 8));
      expect(told[0]).toMatch(/CONFIG_HASH [0-9a-f]{8}/);
      expect(told[0]).toMatch(/Models: generation sandbox\.extractive-reader-v1, embedding/);
      expect(told[0]).not.toContain("not known");
      const [file] = files(bot);
      expect(file?.name).toBe(`manifest-${hash.slice(0, 8)}.yaml`);
      const { manifest, ...rest } = z.looseObject({ manifest: z.json() }).parse(parse(file?.bytes.toString() ?? ""));
      expect(sha256(canonicalJson(manifest))).toBe(hash);
      expect(rest).toMatchObject({ hash, record: { requested_by: "Rosa Lind" } });
    }));

  it("stays a note where Slack refuses files: said once, and the release goes on", () =>
    withBot(async (bot) => {
      bot.slack.faults.someCalls("files.getUploadURLExternal", { kind: "error", error: "file_uploads_disabled" }, 1);
      await bot.start();
      await eventually(() => notes(bot), /could not be attached here: file uploads are switched off/);
      await bot.sign();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.count("went-live"), 1);
      await eventually(() => notes(bot), /Live/);
      expect(bot.thread().filter((note) => note.includes("could not be attached"))).toHaveLength(1);
      expect(files(bot)).toEqual([]);
    }));

  it("that the facts left is frozen anew at the next look, while people sign: what changed voids their sign-offs by name", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign([
        [DAN, "data-quality"],
        [MILA, "accuracy"],
      ]);
      await putConfig(bot.rag.adminUrl, "v1", { ...defaultServiceConfig(), context: { chunks: 6, max_tokens: 3000 } });
      await bot.rerun(MILA, "manifest");
      await eventually(() => bot.count("manifest-frozen"), 2);
      expect(await bot.count("sign-off-voided")).toBe(2);
      await eventually(
        () => notes(bot),
        /configuration\.body\.context\.chunks: 8 → 6 · _checked by CONFIG_HASH, Prompt audit, Token budget/,
      );
      await eventually(() => files(bot).length, 2);
      // Every check is asked again about the new manifest.
      await eventually(
        async () => (await bot.count("check-requested")) >= 2 * bot.config.checklist.checks.length,
        true,
      );
    }));

  it("holds the way back too: an edit of what is live stops the cutover that everybody signed, and is named", () =>
    withBot(async (bot) => {
      await bot.start();
      await bot.sign();
      await eventually(() => bot.offers(/^Cut over$/), true);
      const owner = new Client({ connectionString: bot.rag.adminUrl });
      await owner.connect();
      await owner.query("UPDATE rag.document_chunks SET chunk_text = 'other' WHERE ingest_run_id = 'run-1'");
      await owner.end();
      await bot.press(ROSA, /^Cut over$/);
      await eventually(() => bot.count("cutover-stopped"), 1);
      await eventually(() => notes(bot), /What was signed changed before the flip.*active\.digest: /);
      expect(await bot.live()).toEqual(LIVE_BEFORE);
      expect(await bot.count("went-live")).toBe(0);
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
          now: Date.now,
          ...common,
          variables: {},
          governed,
          serviceState,
          models,
          backups: await composeBackups({ ...common, variables: {}, governed }),
          resources: createResources(pool, null),
        });
        const [started] = (await bot.facts()).filter(({ type }) => type === "release-started");
        const journal = createJournal({ pool, jobs: { send: async () => undefined } });
        const events = await journal.load(releaseStream(String(started?.data.release)));
        const release = releaseOf(events);
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
