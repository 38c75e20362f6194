import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { configNameOf } from "#src/operations/proposals/proposal-id";
import type { ProposalDraft } from "#src/operations/use-cases";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";
import type { Person } from "#src/release/people";
import { type House, openHouses, type Replica } from "#test/proposals/proposal-house";
import * as s from "#test/proposals/story";
import * as w from "#test/release/world";

let houses: Awaited<ReturnType<typeof openHouses>>;
beforeAll(async () => {
  houses = await openHouses();
});
afterAll(() => houses.close());

const draftOf = (house: House, given: Partial<ProposalDraft> = {}) =>
  s.draft("a".repeat(64), { base: house.base, ...given });

async function proposed(house: House, given: Partial<ProposalDraft> = {}): Promise<string> {
  const decided = await house.replica().proposals.propose(house.service, draftOf(house, given));
  if (!decided.ok) throw new Error(JSON.stringify(decided.refusal));
  return decided.id;
}

const accept = (replica: Replica, id: string, actor: Person, key: string | null = null) =>
  replica.proposals.act(id, key, { type: "accept", actor, members: w.members });

async function accepted(given: Partial<ProposalDraft> = {}, actor = w.rosa) {
  const house = await houses.house();
  const id = await proposed(house, given);
  await accept(house.replica(), id, actor);
  return { house, id };
}

const stateOf = async (house: House, id: string) => {
  const state = await house.replica().proposals.proposal(id);
  if (state === null) throw new Error("no such proposal");
  return state;
};

const versions = async ({ store, base }: House) =>
  (await store.configVersions()).filter(({ version }) => version.startsWith(`${base.config}+`));

describe("proposing", () => {
  it("makes one proposal of the same evidence, also when two do it at once", async () => {
    const house = await houses.house();
    const ids = await Promise.all([1, 2, 3].map(() => proposed(house)));
    expect(new Set(ids).size).toBe(1);
    expect(await house.facts(`agenda/${house.service}`)).toEqual(["proposal-opened"]);
    expect(await house.replica().proposals.open(house.service)).toHaveLength(1);
  });

  it("holds the same change back for eight weeks once people declined it, whatever the evidence, and no other", async () => {
    const house = await houses.house();
    const replica = house.replica();
    const propose = (digit: string, given: Partial<ProposalDraft> = {}) =>
      replica.proposals.propose(house.service, s.draft(digit.repeat(64), { base: house.base, ...given }));
    const id = await proposed(house);
    await replica.proposals.act(id, null, {
      type: "decline",
      actor: w.rosa,
      members: w.members,
      reason: "The gold set lacks such questions",
    });
    const posts = await house.posts();
    const refusal = { kind: "declined-before", number: 1, because: "The gold set lacks such questions" };
    expect(await propose("b")).toMatchObject({ ok: false, refusal });
    expect(await propose("a")).toMatchObject({ ok: false, refusal });
    expect(await house.posts()).toEqual(posts);
    expect(await propose("c", { changes: [{ path: "retrieval.rrf_k", from: 60, to: 30 }] })).toMatchObject({
      ok: true,
    });
    house.now += 8 * 7 * s.DAY;
    expect(await propose("d")).toMatchObject({ ok: true });
  });

  it("takes a person's proposal with the right to start alone, and has them as its author", async () => {
    const house = await houses.house();
    const { proposals } = house.replica();
    expect(await proposals.propose(house.service, draftOf(house), w.dan)).toMatchObject({
      ok: false,
      refusal: { kind: "no-right", right: "start" },
    });
    expect(await house.facts(`agenda/${house.service}`)).toEqual([]);
    expect(await proposals.propose(house.service, draftOf(house), w.rosa)).toMatchObject({ ok: true });
    expect(await house.authors(`agenda/${house.service}`)).toEqual([w.rosa.id]);
  });

  it("proposes the same evidence anew after nobody had time, and after its base was away and is back", async () => {
    const house = await houses.house();
    const { proposals } = house.replica();
    const first = await proposed(house);
    house.now += 30 * s.DAY;
    await proposals.lookAt(house.service);
    expect((await stateOf(house, first)).ended?.as).toBe("expired");
    const second = await proposed(house);
    expect(second).not.toBe(first);
    await house.setLive({ run: "run-2", config: house.base.config });
    await proposals.lookAt(house.service);
    expect((await stateOf(house, second)).ended?.as).toBe("stale");
    await house.setLive(house.base);
    const third = await proposed(house);
    expect([first, second]).not.toContain(third);
    expect(await proposed(house)).toBe(third);
  });

  it("doesn't propose anew what newer evidence replaced while that waits", async () => {
    const house = await houses.house();
    const older = await proposed(house);
    const newer = await proposed(house, s.draft("b".repeat(64), { base: house.base }));
    expect(await proposed(house)).toBe(older);
    expect((await stateOf(house, newer)).ended).toBeNull();
  });

  it("makes the older one stale when newer evidence of the same kind comes, whoever opened it meanwhile", async () => {
    const house = await houses.house();
    const drafts = ["b", "c", "d"].map((digit) => s.draft(digit.repeat(64), { base: house.base }));
    await Promise.all(drafts.map((draft) => house.replica().proposals.propose(house.service, draft)));
    const open = await house.replica().proposals.open(house.service);
    expect(open).toHaveLength(1);
    expect(open[0]?.number).toBe(3);
  });
});

describe("pressing", () => {
  it("twice with one key gives the stored outcome and one fact", async () => {
    const house = await houses.house();
    const id = await proposed(house);
    const first = await accept(house.replica(), id, w.ines, "click-1");
    expect(await accept(house.replica(), id, w.ines, "click-1")).toEqual(first);
    expect(await house.facts(`proposal/${id}`)).toEqual(["proposal-made", "proposal-accepted"]);
    expect(house.jobs.map(({ queue }) => queue)).toEqual(["apply-proposal"]);
  });

  it("Accept after somebody edited the base says so, ends it, and writes nothing", async () => {
    const house = await houses.house();
    const id = await proposed(house);
    await withStore(houses.ragUrl, (client) =>
      client.query('UPDATE rag.service_configs SET body = body || \'{"note": "edited"}\' WHERE config_version = $1', [
        house.base.config,
      ]),
    );
    expect(await accept(house.replica(), id, w.ines)).toMatchObject({ ok: false, refusal: { kind: "proposal-stale" } });
    expect((await stateOf(house, id)).ended?.as).toBe("stale");
    expect(house.jobs).toEqual([]);
  });
});

describe("looking after open proposals", () => {
  it("ends what no longer changes what is live, once, and leaves the others alone", async () => {
    const house = await houses.house();
    const id = await proposed(house);
    await house.replica(() => "before").proposals.lookAt(house.service);
    await house.setLive({ run: "run-2", config: house.base.config });
    await Promise.all([1, 2].map(() => house.replica().proposals.lookAt(house.service)));
    expect(await house.facts(`proposal/${id}`)).toEqual(["proposal-made", "proposal-stale"]);
    expect(await house.replica().proposals.open(house.service)).toEqual([]);
  });
});

describe("carrying an accepted proposal out", () => {
  it("writes the version, opens its go-live in the accepter's name, and leaves the pointer where it is", async () => {
    const { house, id } = await accepted();
    await house.replica().carryOut(id);
    const state = await stateOf(house, id);
    expect(state.ended?.as).toBe("released");
    const [version] = await versions(house);
    expect(version?.version).toBe(state.written?.config);
    expect(version?.body).toEqual({ ...s.BODY, of: house.service, retrieval: { ...s.BODY.retrieval, rrf_k: 20 } });
    expect(await house.store.pointer()).toEqual({ run: "run-1", config: house.base.config });
    expect(await house.facts(`release/${state.release}`)).toEqual(["release-started"]);
    expect(await house.facts(`agenda/${house.service}`)).toEqual(["proposal-opened", "proposal-closed"]);
  });

  it("goes on from every point at which it can be killed, and does nothing twice", async () => {
    // Transactions of the job: written, the release, released.
    for (const transaction of [0, 1, 2]) {
      for (const how of ["before", "after"] as const) {
        const { house, id } = await accepted();
        const killed = house.replica((each) => (each === transaction ? how : null));
        await expect(killed.carryOut(id)).rejects.toThrow("can't be reached");
        await house.replica().carryOut(id);
        await house.replica().carryOut(id);
        expect(await house.facts(`proposal/${id}`), `${transaction} ${how}`).toEqual([
          "proposal-made",
          "proposal-accepted",
          "proposal-written",
          "proposal-released",
        ]);
        expect(await house.facts(`service/${house.service}`)).toEqual(["release-opened"]);
        expect(await versions(house)).toHaveLength(1);
        expect(await house.posts()).toHaveLength(new Set(await house.posts()).size);
      }
    }
  });

  it("goes on when the store committed and nobody heard of it", async () => {
    const { house, id } = await accepted();
    const deaf: RagStore = {
      ...house.store,
      async insertConfig(...given) {
        await house.store.insertConfig(...given);
        throw new RagStoreError("unreachable", "The RAG store could not be reached");
      },
    };
    await expect(house.replica(undefined, deaf).carryOut(id)).rejects.toThrow("could not be reached");
    expect((await stateOf(house, id)).written).toBeNull();
    await house.replica().carryOut(id);
    expect((await stateOf(house, id)).ended?.as).toBe("released");
    expect(await versions(house)).toHaveLength(1);
  });

  it("writes nothing when the base changed between Accept and the job", async () => {
    const { house, id } = await accepted();
    await house.setLive({ run: "run-2", config: house.base.config });
    await house.replica().carryOut(id);
    expect((await stateOf(house, id)).ended).toMatchObject({ as: "stale" });
    expect(await versions(house)).toEqual([]);
  });

  it("leaves the go-live to people when something else went live after it was written", async () => {
    const { house, id } = await accepted();
    const killed = house.replica((each) => (each === 1 ? "before" : null));
    await expect(killed.carryOut(id)).rejects.toThrow();
    await house.setLive({ run: "run-2", config: house.base.config });
    await house.replica().carryOut(id);
    const { ended, written } = await stateOf(house, id);
    expect(ended?.as).toBe("accepted");
    expect(ended?.says).toContain(`\`/golive start ${house.service} run-1 ${written?.config}\``);
    expect(await house.facts(`service/${house.service}`)).toEqual([]);
  });

  it("leaves the go-live to people when the last accepter may not start one, and says what to type", async () => {
    const { house, id } = await accepted({}, w.ines);
    await house.replica().carryOut(id);
    const { ended } = await stateOf(house, id);
    expect(ended?.as).toBe("accepted");
    expect(ended?.says).toMatch(/start needs the role release-manager \(Rosa Lind\)/);
    expect(ended?.says).toMatch(/`\/golive start docs-\d+ run-1 c-\d+\+nudge-[0-9a-f]{8}`/);
  });

  it("leaves it to people when a release is open already", async () => {
    const { house, id } = await accepted();
    await house.replica().carryOut(id);
    const other = await proposed(house, {
      evidence: { ...s.draft().evidence, digest: "e".repeat(64) },
      changes: [{ path: "retrieval.rrf_k", from: 60, to: 10 }],
    });
    await accept(house.replica(), other, w.rosa);
    await house.replica().carryOut(other);
    expect((await stateOf(house, other)).ended).toMatchObject({
      as: "accepted",
      says: expect.stringContaining("Release #1 of this service is open already"),
    });
    expect(await versions(house)).toHaveLength(2);
  });

  it("leaves it to people when a run has to be ingested first", async () => {
    const { house, id } = await accepted({ needsRun: true, kind: "chunk-override" });
    await house.replica().carryOut(id);
    const { ended } = await stateOf(house, id);
    expect(ended?.as).toBe("accepted");
    expect(ended?.says).toMatch(/`\/golive start docs-\d+ RUN c-\d+\+chunks-/);
  });

  it("fails without a trace when the base holds something else than was measured", async () => {
    const { house, id } = await accepted({ changes: [{ path: "retrieval.rrf_k", from: 61, to: 20 }] });
    await house.replica().carryOut(id);
    expect((await stateOf(house, id)).ended).toMatchObject({
      as: "failed",
      says: expect.stringContaining("not 61 as it was measured"),
    });
    expect(await versions(house)).toEqual([]);
  });

  it("writes nothing when the base holds a number that would come out as another one", async () => {
    const { house, id } = await accepted();
    await withStore(houses.ragUrl, (client) =>
      client.query(
        `UPDATE rag.service_configs SET body = jsonb_set(body, '{seed}', '12345678901234567891') WHERE config_version = $1`,
        [house.base.config],
      ),
    );
    const live = await house.store.configVersions();
    const body = live.find(({ version }) => version === house.base.config)?.body;
    const again = await proposed(house, { base: { ...house.base, digest: digestOf(body) } });
    await accept(house.replica(), again, w.rosa);
    await house.replica().carryOut(again);
    expect((await stateOf(house, again)).ended).toMatchObject({
      as: "failed",
      says: expect.stringContaining("more than 15 digits"),
    });
    expect(await versions(house)).toEqual([]);
    expect(id).not.toBe(again);
  });

  it("is proposed anew once it failed, and then no more than once", async () => {
    const { house, id } = await accepted();
    await house.replica(undefined, house.readOnly).carryOut(id);
    expect((await stateOf(house, id)).ended?.says).toMatch(
      /The next search or refresh that comes to the same proposes it anew\.$/,
    );
    const again = await proposed(house);
    expect(again).not.toBe(id);
    expect(await proposed(house)).toBe(again);
    await accept(house.replica(), again, w.rosa);
    await house.replica().carryOut(again);
    expect((await stateOf(house, again)).written).not.toBeNull();
    expect(await proposed(house)).toBe(again);
  });

  it("never changes a version that stands there under its name with another content", async () => {
    const { house, id } = await accepted();
    const body = { ...s.BODY, of: house.service, retrieval: { ...s.BODY.retrieval, rrf_k: 20 } };
    await house.store.insertConfig(configNameOf({ kind: "retrieval-nudge", base: house.base }, body), { other: true });
    await house.replica().carryOut(id);
    expect((await stateOf(house, id)).ended).toMatchObject({
      as: "failed",
      says: expect.stringContaining("with another content"),
    });
    expect((await versions(house)).map(({ body }) => body)).toEqual([{ other: true }]);
  });

  it("without the right to INSERT it fails, with the GRANT and the statement; typed, it makes the same version", async () => {
    const { house, id } = await accepted();
    await house.replica(undefined, house.readOnly).carryOut(id);
    const { ended } = await stateOf(house, id);
    expect(ended?.as).toBe("failed");
    expect(ended?.says).toContain('GRANT INSERT ("config_version", "body") ON "rag"."service_configs" TO golive_app;');
    const statement = /By hand: (INSERT .*?;) Then:/.exec(ended?.says ?? "")?.[1] ?? "";
    expect(statement).not.toContain("as it was");
    await withStore(houses.ragUrl, (client) => client.query(statement));
    const [version] = await versions(house);
    expect(version?.body).toEqual({ ...s.BODY, of: house.service, retrieval: { ...s.BODY.retrieval, rrf_k: 20 } });
    expect(await house.store.insertConfig(version?.version ?? "", version?.body)).toBe("present");
  });
});

describe("inserting a configuration version", () => {
  it("makes one row when two do it at once, and compares what is there", async () => {
    const { store } = await houses.house();
    const outcomes = await Promise.all([1, 2, 3].map(() => store.insertConfig("twice", { a: [1, "ü", null] })));
    expect(outcomes.sort()).toEqual(["present", "present", "written"]);
    expect(await store.insertConfig("twice", { a: [1, "ü"] })).toBe("different");
  });
});
