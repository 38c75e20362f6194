import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { putConfig, withStore } from "#sandbox/rag/rag-store";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import { FEW_SHOT_POOL } from "#sandbox/rag-service/few-shot-pool";
import type { LocalRagService } from "#sandbox/rag-service/start";
import type { FewShotRefreshConfig } from "#src/config/few-shot-config";
import type { ServiceConfig } from "#src/config/service-config";
import { createApplyProposal } from "#src/jobs/handlers/apply-proposal";
import { createJournal } from "#src/journal/create-journal";
import { createPool } from "#src/journal/pool";
import { createEmbedTexts } from "#src/models/kept-embeddings";
import { createFewShotRunner } from "#src/operations/few-shot/work/few-shot-runner";
import { createKeptPools, type KeptPools } from "#src/operations/few-shot/work/kept-pools";
import { shipPool } from "#src/operations/few-shot/work/ship-pool";
import type { OperationFinding } from "#src/operations/operation";
import { liveConfig } from "#src/operations/proposals/work/live-config";
import { createDecideProposal } from "#src/operations/use-cases/decide-proposal";
import { createProposalUseCases, type Proposals } from "#src/operations/use-cases/proposals";
import type { RagStore } from "#src/rag/store";
import { createRagStore } from "#src/rag/store-postgres";
import type { Person, RoleMembers } from "#src/release/people";
import { openModelHouse } from "#test/models/model-house";
import * as w from "#test/release/world";
import type { Releasers } from "#test/sandbox/bolt-app";
import { shippedConfig } from "#test/support/bot";
import { createTestDatabase } from "#test/support/postgres";
import { createRagHouse } from "#test/support/rag-house";
import { startServiceBehind } from "#test/support/rag-service-house";

export const SERVICE = "support-docs";
export const POOL = "few_shot_pool.jsonl";
export const CANDIDATES = "few_shot_candidates.jsonl";
const corpus = join(import.meta.dirname, "../../sandbox/corpus");
const FILES = [POOL, CANDIDATES, "gold.jsonl"] as const;

/** A refresh as it runs in the bot: the sandbox's store, embedder and service, Golive's database, a folder of pools, candidates and questions. */
export type RefreshHouse = {
  readonly directory: string;
  readonly store: RagStore;
  readonly proposals: Proposals;
  readonly pools: KeptPools;
  readonly ragService: LocalRagService;
  readonly people: () => Promise<readonly [Person, RoleMembers]>;
  /** How often the embedder was asked. */
  readonly asked: () => number;
  /** Runs the operation. `changes`: of the shipped settings. */
  refresh(changes?: Partial<FewShotRefreshConfig> | null, service?: Partial<ServiceConfig>): Promise<OperationFinding>;
  accept(proposal: string): Promise<void>;
  /** Carries an accepted proposal out as the job does. */
  carryOut(proposal: string): Promise<void>;
  /** Files, live configuration and proposals' base as shipped. */
  reset(): Promise<void>;
  edit(file: string, change: (text: string) => string): Promise<void>;
  configure(change: (prompt: ReturnType<typeof defaultServiceConfig>["prompt"]) => object): Promise<void>;
};

export async function openRefreshHouse(releasers: Releasers): Promise<RefreshHouse> {
  const directory = await mkdtemp(join(tmpdir(), "golive-few-shot-"));
  releasers.push(() => rm(directory, { recursive: true, force: true }));
  const [database, rag] = await Promise.all([createTestDatabase(), createRagHouse()]);
  releasers.push(database.drop, rag.drop);
  const { ragService } = await startServiceBehind(releasers, rag, { pools: directory });
  const models = await openModelHouse();
  const pool = createPool({ url: database.appUrl, name: "few-shot", max: 4 });
  const owner = new Pool({ connectionString: database.adminUrl });
  const [[, shipped] = []] = Object.entries((await shippedConfig()).golive.services);
  if (shipped?.few_shot_refresh === undefined) throw new Error("the shipped service has no few_shot_refresh");
  const dataset = { id: "support-docs-gold", file: "gold.jsonl" };
  const refreshes: FewShotRefreshConfig = { ...shipped.few_shot_refresh, candidates: CANDIDATES };
  const service: ServiceConfig = { ...shipped, id: SERVICE, datasets: [dataset], few_shot_pool: POOL };
  const store = createRagStore({ service, connectionString: rag.adminUrl });
  releasers.push(() => Promise.all([models.close(), pool.end(), owner.end(), store.close()]));

  const clock = { now: () => w.T0 };
  const identity = {
    members: async () => w.members,
    person: async () => w.rosa,
    channel: async () => "ours" as const,
  };
  const decide = createDecideProposal({
    journal: createJournal({ pool, jobs: { send: async () => undefined } }),
    clock,
  });
  const live = () => liveConfig(store);
  const proposals = createProposalUseCases({
    journal: createJournal({ pool, jobs: { send: async () => undefined } }),
    clock,
    decide,
    identity,
    service: () => ({ channel: "C1", policy: w.policy, approvers: ["approver"], expireMs: 86_400_000, live }),
  });
  const pools = createKeptPools(pool);
  const embed = createEmbedTexts({ database: pool, models: models.client, atOnce: 4 });
  const carry = createApplyProposal({
    decide,
    proposal: proposals.proposal,
    live,
    store: () => store,
    identity,
    startRelease: async () => ({ ok: true, release: null, events: [] }),
    prepare: async ({ changes }) => {
      const sha256 = changes.find(({ path }) => path === "prompt.few_shot_pool_sha256")?.to;
      const done = typeof sha256 === "string" ? await shipPool(pools, join(directory, POOL), sha256) : null;
      return done === null || done.ok ? null : done.says;
    },
  });
  let number = 0;
  return {
    directory,
    store,
    proposals,
    pools,
    ragService,
    people: async () => [w.rosa, w.members],
    asked: () => models.rows.length,
    refresh(changes = {}, more = {}) {
      const { few_shot_refresh: _, ...bare } = service;
      const own: ServiceConfig = {
        ...bare,
        ...(changes === null ? {} : { few_shot_refresh: { ...refreshes, ...changes } }),
        ...more,
      };
      const run = createFewShotRunner({
        directory,
        governed: () => ({ service: own, store }),
        embed,
        pools,
        proposals,
      });
      number += 1;
      const order = {
        operation: `op_${number}`,
        number,
        kind: "few-shot",
        service: SERVICE,
        channel: "C1",
        due: w.T0,
      } as const;
      return run(order, AbortSignal.timeout(20_000));
    },
    async accept(proposal) {
      const done = await proposals.act(proposal, null, { type: "accept", actor: w.rosa, members: w.members });
      if (!done.ok) throw new Error(JSON.stringify(done.refusal));
    },
    carryOut: (proposal) =>
      carry({ id: "j", data: { service: SERVICE, proposal }, signal: AbortSignal.timeout(20_000) }),
    async reset() {
      for (const file of FILES) await copyFile(join(corpus, file), join(directory, file));
      await putConfig(rag.adminUrl, "v1", defaultServiceConfig());
      await withStore(rag.adminUrl, (client) =>
        client.query("UPDATE rag.active_pointer SET ingest_run_id = 'run-1', config_version = 'v1'"),
      );
    },
    async edit(file, change) {
      await writeFile(join(directory, file), change(await readFile(join(directory, file), "utf8")));
    },
    configure: async (change) => {
      const body = defaultServiceConfig();
      await putConfig(rag.adminUrl, "v1", { ...body, prompt: change(body.prompt) });
    },
  };
}

/** What prompts show as shipped. */
export const SHOWN = ["fs-01", "fs-02", "fs-04"];
export const SHIPPED_POOL = FEW_SHOT_POOL.sha256;
