import { describe, expect, test } from "vitest";
import type { Journal, Post } from "#src/journal/journal";
import type { ServicePicture } from "#src/operations/digest/picture";
import { sloNews } from "#src/operations/digest/slo-news";
import { createDigestRunner } from "#src/operations/digest/work/digest-runner";
import { createReadPicture, type PictureDeps } from "#src/operations/digest/work/read-picture";
import type { OperationOrder } from "#src/operations/operation";
import type { SloReading, SloReport } from "#src/operations/slo/slo";
import type { OperationState } from "#src/operations/state";
import { agenda, agendaFacts, closed, HOUR, opened, picture, SERVICE, serviceState, weekly } from "#test/digest/night";
import { NOW, policy } from "#test/slack-blocks/fixtures";

const order: OperationOrder = {
  ...{ operation: "op_digest_2", number: 2, kind: "digest", service: SERVICE, channel: "C0RELEASE", due: NOW },
};
const { signal } = new AbortController();

/** What of the journal counts here: an outcome is stored with its posts under its key, once. */
function keeper() {
  const outcomes = new Map<string, unknown>();
  const posts: Post[] = [];
  const journal: Pick<Journal, "transact"> = {
    async transact(_service, key, _streams, decide) {
      const known = key === null ? undefined : outcomes.get(key);
      if (known !== undefined) return { outcome: JSON.parse(JSON.stringify(known)), repeated: true };
      const decision = decide(new Map());
      outcomes.set(key ?? "", decision.outcome);
      posts.push(...decision.posts);
      return { outcome: decision.outcome, repeated: false };
    },
  };
  return { journal, posts };
}

function house(seen: () => ServicePicture, operations: Readonly<Record<string, OperationState>> = {}) {
  const { journal, posts } = keeper();
  const run = createDigestRunner({
    journal,
    operations: { operation: async (id) => operations[id] ?? null },
    picture: async () => seen(),
    clock: { now: () => NOW },
  });
  return { run, posts };
}

describe("the runner of the digest", () => {
  test("one message, under the operation's own key, in the service's channel", async () => {
    const { run, posts } = house(() => picture());
    expect(await run(order, signal)).toMatchObject({
      verdict: "pass",
      summary: "Nothing happened, nothing is waiting",
    });
    expect(posts).toMatchObject([
      { key: "digest/op_digest_2", to: { kind: "channel", channel: "C0RELEASE" }, note: { kind: "digest" } },
    ]);
  });

  test("worked on again after a crash it sends nothing more, and finds what it found", async () => {
    let facts = { service: [], agenda: agendaFacts(opened("smoke", 1), closed("smoke", 1)) };
    const { run, posts } = house(() => picture({ facts }));
    const first = await run(order, signal);
    facts = { service: [], agenda: agendaFacts(opened("smoke", 1), closed("smoke", 1), closed("smoke", 2)) };
    expect(await run(order, signal)).toEqual(first);
    expect(posts).toHaveLength(1);
  });

  test("goes on where the newest digest that was sent ended, past one that failed", async () => {
    const facts = {
      service: [],
      agenda: agendaFacts(
        closed("smoke", 1),
        closed("digest", 1),
        closed("smoke", 2),
        closed("digest", 7, "error"),
        closed("smoke", 3),
      ),
    };
    const told = { service: 0, agenda: 1, at: NOW - 20 * HOUR };
    const finished = { verdict: "pass", summary: "", result: { told }, at: NOW } as const;
    const { run, posts } = house(() => picture({ facts }), { op_digest_1: weekly({ finished }) });
    await run(order, signal);
    expect(posts[0]?.note).toMatchObject({
      since: told.at,
      ran: [{ operation: "op_smoke_2" }, { operation: "op_smoke_3" }],
    });
  });

  test("what could not be read is said, and the digest is inconclusive", async () => {
    const { run, posts } = house(() => picture({ unread: [{ what: "SLOs", why: "no answer within 8 s" }] }));
    expect(await run(order, signal)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("SLOs"),
    });
    expect(posts[0]?.note).toMatchObject({ unread: [{ what: "SLOs", why: "no answer within 8 s" }] });
  });

  test("without the service's own facts there is no digest: it is tried again", async () => {
    const unread = [{ what: "What happened", why: "the database is away" }];
    const { run, posts } = house(() => picture({ facts: null, unread }));
    await expect(run(order, signal)).rejects.toThrow("the database is away");
    await expect(house(() => picture()).run(order, AbortSignal.abort())).rejects.toThrow();
    expect(posts).toEqual([]);
  });
});

const slos: SloReport = {
  ...{ service: SERVICE, at: NOW, windowDays: 28, burning: [], spent: [], rolledUpAt: NOW, slos: [] },
};

describe("the picture of a service", () => {
  const deps: PictureDeps = {
    journal: { load: async (stream) => (stream.startsWith("agenda/") ? agendaFacts(closed("weekly", 1)) : []) },
    useCases: { service: async () => serviceState(), currentRelease: async () => null },
    rollbacks: { currentRollback: async () => null },
    canaries: { currentCanary: async () => null },
    operations: { agenda: async () => agenda(), operation: async (id) => weekly({ id }) },
    proposals: { open: async () => [] },
    slos: { readSlos: async () => slos },
    next: () => [{ kind: "smoke", at: NOW + HOUR }],
    identity: { members: async () => ({}) },
    service: () => ({ channel: "C0RELEASE", policy }),
  };

  test("has the cards of the newest weekly runs and the next runs", async () => {
    const seen = await createReadPicture(deps)(SERVICE);
    expect(seen.operations.map(({ id }) => id)).toEqual(["op_weekly_1"]);
    expect(seen.next).toHaveLength(1);
    expect(seen.unread).toEqual([]);
  });

  test("one part that fails and one that hangs are said, and the others are there", async () => {
    const read = createReadPicture({
      ...deps,
      patienceMs: 20,
      slos: { readSlos: () => Promise.reject(new Error("the roll-up is away")) },
      canaries: { currentCanary: () => new Promise(() => undefined) },
    });
    const seen = await read(SERVICE);
    expect(seen.state?.live?.run).toBe("run-2");
    expect(seen.unread.map(({ what, why }) => `${what}: ${why}`).toSorted()).toEqual([
      "SLOs: the roll-up is away",
      "The canary: no answer within 0.02 s",
    ]);
  });
});

test("SLOs are told worst first: spent, burning, missed, not known, kept", () => {
  const reading = (id: SloReading["id"], standing: SloReading["standing"]): SloReading => ({
    ...{ id, standing, family: "reliability", kind: "ratio", value: "99.2 %", bar: "≥ 99 %", says: "no data" },
    ...{ events: 0, bad: 0, allowed: 0.01, budgetLeft: 0.5, spent: false, burn: [], trend: null },
  });
  const told = sloNews({
    ...slos,
    slos: [
      reading("answered", "pass"),
      { ...reading("degradation", "inconclusive"), value: null },
      reading("throughput", "fail"),
      reading("p95_latency", "pass"),
      reading("tool_retries", "fail"),
    ],
    burning: [{ slo: "p95_latency", severity: "page", since: NOW, says: "14 times too fast" }],
    spent: ["tool_retries"],
  });
  expect(told.map(({ standing }) => standing)).toEqual(["spent", "burning", "missed", "unknown", "kept"]);
  expect(told.map(({ says }) => says).slice(1, 4)).toEqual([
    "14 times too fast",
    expect.stringContaining("99.2 % against ≥ 99 %"),
    "no data",
  ]);
});
