import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createStore, putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { type Core, composeCore } from "#src/compose";
import { serviceStream } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import { scheduleWith } from "#test/operations/schedule-config";
import { DAY, NIGHT, NOON } from "#test/operations/story";
import * as w from "#test/release/world";
import { quiet } from "#test/slack/bench";
import { shippedConfig } from "#test/support/bot";
import { namedVariables } from "#test/support/named";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";

const SERVICE = "support-docs";
let databases: readonly TestDatabase[];
let storeUrl: string;
let core: Core;
let now: number;

beforeAll(async () => {
  const config = scheduleWith(await shippedConfig(), { smoke: "30 2 * * *", digest: "30 2 * * *" });
  const [golive, store] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  databases = [golive, store];
  storeUrl = store.ownerUrl;
  await createStore(storeUrl);
  await putConfig(storeUrl, "v1", { retrieval: { top_k: 8 } });
  await withStore(storeUrl, (client) =>
    client.query(
      "INSERT INTO rag.ingest_runs (ingest_run_id, state, chunk_count, content_digest) VALUES ('run-1', 'complete', 0, '')",
    ),
  );
  core = await composeCore({
    config,
    databaseUrl: golive.appUrl,
    named: namedVariables(config, { store: storeUrl }),
    variables: {},
    identity: { person: async () => w.rosa, members: async () => w.members, channel: async () => "ours" },
    team: undefined,
    log: quiet,
    supervise: false,
    clock: { now: () => now },
  });
  now = NOON;
  await core.operations.look();
  now = NIGHT - DAY;
});
afterAll(async () => {
  await core.close();
  await Promise.all(databases.map((each) => each.drop()));
});
/** Each test is the night after the one before. */
beforeEach(() => {
  now += DAY;
});

const smoke = async () => (await core.operations.useCases.agenda(SERVICE)).entries.smoke;
async function append(facts: readonly Parameters<typeof asNew>[0][]): Promise<void> {
  const streams = [...new Set(facts.map(({ stream }) => stream))];
  await core.journal.transact(SERVICE, null, streams, () => {
    return { outcome: null, events: facts.map(asNew), jobs: [], repaint: [], posts: [] };
  });
}
const asNew = ({ stream, event }: Pick<w.Story["journal"][number], "stream" | "event">) => ({
  stream,
  by: GOLIVE,
  event,
  at: now,
});
const endRun = async () => {
  const { open } = await smoke();
  if (open === null) throw new Error("no run is open");
  const finished = { type: "operation-finished", verdict: "pass", summary: "Fine.", result: {} } as const;
  const closed = {
    type: "operation-closed",
    operation: open.operation,
    kind: "smoke",
    verdict: "pass",
    summary: "Fine.",
  } as const;
  await append([
    { stream: `operation/${open.operation}`, event: finished },
    { stream: `agenda/${SERVICE}`, event: closed },
  ]);
};

test("while nothing is live, a smoke run is skipped and the digest is not", async () => {
  await core.operations.look();
  const { entries } = await core.operations.useCases.agenda(SERVICE);
  expect(entries.smoke).toMatchObject({ open: null, skipped: { because: "nothing-live", due: NIGHT } });
  expect(entries.digest.open).toMatchObject({ number: 1 });
});

test("what the pointer says is live, whether Golive flipped it or not", async () => {
  await setPointer(storeUrl, SERVICE, { run: "run-1", config: "v1" });
  await core.operations.look();
  expect((await smoke()).open).toMatchObject({ number: 1 });
  await endRun();
});

test("a release that cuts over has a smoke run wait until the flip is settled", async () => {
  const signed = w.play(
    w.finishAll(
      w.play(
        { ...w.beginning, service: { ...w.beginning.service, id: SERVICE } },
        w.start({ service: SERVICE }),
        w.freeze("m1"),
      ),
    ),
    w.sign(w.dan, "data-quality"),
    w.sign(w.ines, "go-ahead"),
    w.sign(w.tom, "go-ahead"),
    w.sign(w.omar, "team-notified"),
  );
  const cutting = w.play(signed, w.cutOver(w.ines), w.intendFlip("f1"));
  await append(cutting.journal);
  await core.operations.look();
  expect((await smoke()).open).toBeNull();
  const settled = w.play(cutting, { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB });
  await append(settled.journal.slice(cutting.journal.length));
  await core.operations.look();
  expect((await smoke()).open).toMatchObject({ number: 2 });
  await endRun();
});

test("a rollback has it wait, and it is made up for when that is over", async () => {
  const opened = { type: "rollback-opened", rollback: "rb_1", number: 1 } as const;
  await append([{ stream: serviceStream(SERVICE), event: opened }]);
  await core.operations.look();
  expect((await smoke()).open).toBeNull();
  expect((await core.operations.schedule(SERVICE)).rows.find(({ kind }) => kind === "smoke")).toMatchObject({
    isDue: true,
  });
  const closed = { type: "rollback-closed", rollback: "rb_1", outcome: "complete" } as const;
  await append([{ stream: serviceStream(SERVICE), event: closed }]);
  await core.operations.look();
  expect((await smoke()).open).toMatchObject({ number: 3 });
});
