import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Pool } from "pg";
import { createStore, putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { loadConfig } from "#src/config/load-config";
import { listServices } from "#src/config/to-policy";
import { createApplyProposal } from "#src/jobs/handlers/apply-proposal";
import { createJournal } from "#src/journal/create-journal";
import type { JobRequest, Journal } from "#src/journal/journal";
import { JournalError } from "#src/journal/journal-error";
import { createPool } from "#src/journal/pool";
import { liveConfig } from "#src/operations/proposals/work/live-config";
import { createDecideProposal } from "#src/operations/use-cases/decide-proposal";
import { createProposalUseCases, type Proposals } from "#src/operations/use-cases/proposals";
import type { RagStore } from "#src/rag/store";
import { createRagStore, prepareRagStore } from "#src/rag/store-postgres";
import { digestOf } from "#src/release/hash";
import type { RoleMembers } from "#src/release/people";
import { createDecideIntent } from "#src/release/use-cases/decide-intent";
import { createStartRelease } from "#src/release/use-cases/start-release";
import * as s from "#test/proposals/story";
import * as w from "#test/release/world";
import { createEmptyDatabase, createTestDatabase } from "#test/support/postgres";

/** Makes a transaction fail: before anything was decided, or after it was committed though nobody heard of it. */
export type Fault = (transaction: number) => "before" | "after" | null;

/** A service of its own in databases that all tests of a file share. */
export type House = {
  readonly service: string;
  readonly base: { readonly run: string; readonly config: string; readonly digest: string };
  readonly jobs: readonly JobRequest[];
  readonly store: RagStore;
  /** The same as a role that may read, and no more. */
  readonly readOnly: RagStore;
  members: RoleMembers;
  /** What the clock says. */
  now: number;
  /** One process of Golive: nothing in it is known to the next. `store`: another one than the house's. */
  replica(fault?: Fault, store?: RagStore): Replica;
  setLive(pair: { readonly run: string; readonly config: string } | null): Promise<void>;
  /** Types of a stream's facts. */
  facts(stream: string): Promise<readonly string[]>;
  /** Who caused them. */
  authors(stream: string): Promise<readonly string[]>;
  posts(): Promise<readonly string[]>;
};
export type Replica = { readonly proposals: Proposals; readonly carryOut: (proposal: string) => Promise<void> };

const GONE = new JournalError("unreachable", true, "The database can't be reached.");

export async function openHouses(): Promise<{
  readonly house: () => Promise<House>;
  readonly close: () => Promise<void>;
  readonly ragUrl: string;
}> {
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const [first] = listServices(loaded.config);
  if (first === undefined) throw new Error("no service is configured");
  const [database, rag] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  await createStore(rag.adminUrl);
  await prepareRagStore({ connectionString: rag.adminUrl });
  await withStore(rag.adminUrl, (client) =>
    client.query(
      `INSERT INTO rag.ingest_runs (ingest_run_id, state, chunk_count, content_digest) VALUES ('run-1', 'complete', 0, ''), ('run-2', 'complete', 0, '');
       GRANT USAGE ON SCHEMA rag TO golive_app; GRANT SELECT ON ALL TABLES IN SCHEMA rag TO golive_app`,
    ),
  );
  const eyes = new Pool({ connectionString: database.adminUrl });
  const pool = createPool({ url: database.appUrl, name: "house", max: 4 });
  const closing: (() => Promise<unknown>)[] = [];
  let opened = 0;

  const house = async (): Promise<House> => {
    opened += 1;
    const service = `docs-${opened}`;
    const body = { ...s.BODY, of: service };
    const base = { run: "run-1", config: `c-${opened}`, digest: digestOf(body) };
    await putConfig(rag.adminUrl, base.config, body);
    await setPointer(rag.adminUrl, service, base);
    const { rag_store } = first;
    const own = { ...first, id: service, rag_store: { ...rag_store, pointer: { ...rag_store.pointer, key: service } } };
    const store = createRagStore({ service: own, connectionString: rag.adminUrl });
    const readOnly = createRagStore({ service: own, connectionString: rag.appUrl });
    closing.push(() => Promise.all([store.close(), readOnly.close()]));
    const jobs: JobRequest[] = [];
    const sql = async (text: string, values: unknown[]) => (await eyes.query(text, values)).rows;
    const made: House = {
      service,
      base,
      jobs,
      store,
      readOnly,
      members: w.members,
      now: w.T0,
      replica: (fault = () => null, theirs = store) =>
        replica(made, createJournal({ pool, jobs: { send: async (sent) => void jobs.push(...sent) } }), fault, theirs),
      setLive: (pair) => setPointer(rag.adminUrl, service, pair),
      facts: async (stream) =>
        (await sql("SELECT type FROM golive.journal WHERE stream = $1 ORDER BY version", [stream])).map(
          ({ type }) => type,
        ),
      authors: async (stream) =>
        (
          await sql(
            "SELECT body::jsonb -> 'by' ->> 'id' AS id FROM golive.journal WHERE stream = $1 ORDER BY version",
            [stream],
          )
        ).map(({ id }) => id),
      posts: async () =>
        (await sql("SELECT key FROM golive.outbox WHERE service = $1 ORDER BY key", [service])).map(({ key }) => key),
    };
    return made;
  };
  return {
    house,
    ragUrl: rag.adminUrl,
    async close() {
      await Promise.all(closing.map((each) => each()));
      await Promise.all([pool.end(), eyes.end()]);
      await Promise.all([database.drop(), rag.drop()]);
    },
  };
}

function replica(house: House, real: Journal, fault: Fault, store: RagStore): Replica {
  let transactions = 0;
  const journal: Journal = {
    ...real,
    async transact(...given) {
      const fails = fault(transactions++);
      if (fails === "before") throw GONE;
      const done = await real.transact(...given);
      if (fails === "after") throw GONE;
      return done;
    },
  };
  const clock = { now: () => house.now };
  const identity = {
    members: async () => house.members,
    person: async () => w.rosa,
    channel: async () => "ours" as const,
  };
  const decide = createDecideProposal({ journal, clock });
  const live = () => liveConfig(store);
  const proposals = createProposalUseCases({
    journal,
    clock,
    decide,
    identity,
    service: () => ({ channel: "C1", policy: w.policy, approvers: ["approver"], expireMs: 14 * s.DAY, live }),
  });
  const carryOut = createApplyProposal({
    decide,
    proposal: proposals.proposal,
    live,
    store: () => store,
    identity,
    startRelease: createStartRelease({
      decide: createDecideIntent({ journal, clock }),
      identity,
      service: (id) => ({
        id,
        channel: "C1",
        store,
        adopted: async () => [],
        checklist: w.checklist,
        policy: w.policy,
      }),
      newReleaseId: () => `rel_${house.service}_${randomBytes(4).toString("hex")}`,
    }),
  });
  return {
    proposals,
    carryOut: (proposal) =>
      carryOut({ id: "j", data: { service: house.service, proposal }, signal: new AbortController().signal }),
  };
}
