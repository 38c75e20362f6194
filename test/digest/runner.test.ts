import { describe, expect, test } from "vitest";
import { JournalError } from "#src/journal/journal-error";
import { createLog } from "#src/log";
import type { ServicePicture } from "#src/operations/digest/picture";
import { sloNews } from "#src/operations/digest/slo-news";
import { createDigestRunner, digestOfResult } from "#src/operations/digest/work/digest-runner";
import { createReadPicture, type PictureDeps } from "#src/operations/digest/work/read-picture";
import type { OperationOrder } from "#src/operations/operation";
import type { SloReading, SloReport } from "#src/operations/slo/slo";
import type { OperationState } from "#src/operations/state";
import { RagStoreError } from "#src/rag/store-error";
import {
  agenda,
  agendaFacts,
  closed,
  HOUR,
  picture,
  proposal,
  SERVICE,
  serviceState,
  weekly,
} from "#test/digest/night";
import { NOW, policy } from "#test/slack-blocks/fixtures";

const order: OperationOrder = {
  ...{ operation: "op_digest_2", number: 2, kind: "digest", service: SERVICE, channel: "C0RELEASE", due: NOW },
};
const { signal } = new AbortController();

function house(seen: () => ServicePicture, operations: Readonly<Record<string, OperationState>> = {}) {
  return createDigestRunner({
    operations: { operation: async (id) => operations[id] ?? null },
    picture: async () => seen(),
    clock: { now: () => NOW },
  });
}

describe("the runner of the digest", () => {
  test("finds what it tells, as JSON that can be read again", async () => {
    const found = await house(() => picture({ proposals: [proposal()] }))(order, signal);
    expect(found).toMatchObject({ verdict: "pass", summary: "0 ran, 0 skipped, 0 changed, 1 waiting" });
    expect(digestOfResult(JSON.parse(JSON.stringify(found.result)))?.waiting).toMatchObject([{ kind: "proposal" }]);
    expect(digestOfResult({})).toBeNull();
    expect((await house(() => picture())(order, signal)).summary).toBe("Nothing happened, nothing is waiting");
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
    const run = house(() => picture({ facts }), { op_digest_1: weekly({ finished }) });
    const { result } = await run(order, signal);
    expect(digestOfResult(result)).toMatchObject({
      since: told.at,
      ran: [{ operation: "op_smoke_2" }, { operation: "op_smoke_3" }],
    });
    expect(result.told).toEqual({ service: 0, agenda: 5, at: NOW });
  });

  test("what could not be read is said, and the digest is inconclusive", async () => {
    const run = house(() => picture({ unread: [{ what: "SLOs", why: "no answer within 8 s" }] }));
    const { verdict, summary, result } = await run(order, signal);
    expect([verdict, summary]).toEqual(["inconclusive", expect.stringContaining("not read: SLOs")]);
    expect(digestOfResult(result)?.unread).toEqual([{ what: "SLOs", why: "no answer within 8 s" }]);
  });

  test("without the service's own facts there is no digest: it is tried again", async () => {
    const unread = [{ what: "What happened", why: "the database is away" }];
    await expect(house(() => picture({ facts: null, unread }))(order, signal)).rejects.toThrow("the database is away");
    await expect(house(() => picture())(order, AbortSignal.abort())).rejects.toThrow();
  });
});

const slos: SloReport = {
  ...{ service: SERVICE, at: NOW, windowDays: 28, burning: [], spent: [], rolledUpAt: NOW, slos: [] },
};

describe("the picture of a service", () => {
  const deps: PictureDeps = {
    journal: { load: async (stream) => (stream.startsWith("agenda/") ? agendaFacts(closed("weekly", 1)) : []) },
    useCases: { service: async () => serviceState(), currentRelease: async () => null, livePair: async () => null },
    rollbacks: { currentRollback: async () => null },
    canaries: { currentCanary: async () => null },
    operations: { agenda: async () => agenda(), operation: async (id) => weekly({ id }) },
    proposals: { open: async () => [] },
    slos: { readSlos: async () => slos },
    next: () => [{ kind: "smoke", at: NOW + HOUR }],
    identity: { members: async () => ({}) },
    service: () => ({ channel: "C0RELEASE", policy }),
    log: createLog({ level: "silent", secrets: [] }),
  };

  test("has the cards of the newest weekly runs and the next runs", async () => {
    const seen = await createReadPicture(deps)(SERVICE);
    expect(seen.carded.map(({ run }) => run.id)).toEqual(["op_weekly_1"]);
    expect(seen.next).toHaveLength(1);
    expect(seen.unread).toEqual([]);
  });

  test("one part that fails and one that hangs are said, and the others are there", async () => {
    const read = createReadPicture({
      ...deps,
      patienceMs: 20,
      slos: { readSlos: () => Promise.reject(new JournalError("busy", true, "The journal was busy.")) },
      canaries: { currentCanary: () => new Promise(() => undefined) },
    });
    const seen = await read(SERVICE);
    expect(seen.state?.live?.run).toBe("run-2");
    expect(seen.unread.map(({ what, why }) => `${what}: ${why}`).toSorted()).toEqual([
      "SLOs: The journal was busy.",
      "The canary: no answer within 0.02 s",
    ]);
  });

  test("says of an error that isn't one of our own only where more is: a driver's may have a password in it", async () => {
    const logged: string[] = [];
    const url = new Error("Invalid URL: postgres://golive:hunter22@db:x/golive");
    const read = createReadPicture({
      ...deps,
      log: createLog({ level: "warn", secrets: [], write: (line) => logged.push(line) }),
      slos: { readSlos: () => Promise.reject(url) },
      proposals: {
        open: () => Promise.reject(new RagStoreError("unreachable", "not there: postgres://golive:hunter22@db/golive")),
      },
    });
    const { unread } = await read(SERVICE);
    expect(unread.toSorted((one, other) => one.what.localeCompare(other.what))).toEqual([
      { what: "Proposals", why: "not there: postgres://golive:[password]@db/golive" },
      { what: "SLOs", why: "it could not be done just now; the log says more" },
    ]);
    expect(logged.join()).toContain("Invalid URL");
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
