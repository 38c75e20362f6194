import { describe, expect, it } from "vitest";
import type { SmokeCheck, SuiteId } from "#src/operations/smoke/suites";
import { SUITES, verdictOf } from "#src/operations/smoke/suites";
import { readSmokeResult } from "#src/operations/smoke/work/read-result";
import { type RunSuite, runSmoke, type SmokeDeps } from "#src/operations/smoke/work/run-smoke";
import { createSmokeRunner, toFinding } from "#src/operations/smoke/work/smoke-runner";
import { RagStoreError } from "#src/rag/store-error";
import type { Recorded } from "#src/release/events";
import { GOLIVE } from "#src/release/people";

const live = { run: "run-1", config: "v1" };
const green: RunSuite = async ({ checks }) => {
  await checks.run("one", async () => ({ verdict: "pass", summary: "1/1." }));
  return { checks: checks.list, facts: { seen: 1 } };
};

function deps(changes: Partial<SmokeDeps> = {}): SmokeDeps & { readonly ran: SuiteId[]; readonly faults: string[] } {
  const ran: SuiteId[] = [];
  const faults: string[] = [];
  const suites = changes.suites ?? {
    "ops-health": green,
    "db-workflows": green,
    "rag-qa": green,
    "meta-ops": green,
    negatives: green,
  };
  const noted = (id: SuiteId): RunSuite => {
    return (call) => {
      ran.push(id);
      return suites[id](call);
    };
  };
  return {
    pointer: async () => live,
    rollback: async () => null,
    off: {},
    earlier: { green: null, last: null, suites: {} },
    ticks: () => 0,
    onFault: (check) => faults.push(check),
    ...changes,
    suites: {
      "ops-health": noted("ops-health"),
      "db-workflows": noted("db-workflows"),
      "rag-qa": noted("rag-qa"),
      "meta-ops": noted("meta-ops"),
      negatives: noted("negatives"),
    },
    ran,
    faults,
  };
}
const all = { "ops-health": green, "db-workflows": green, "rag-qa": green, "meta-ops": green, negatives: green };
const signal = () => new AbortController().signal;

describe("a smoke run", () => {
  it("runs every suite once, in order, and keeps what the next run needs", async () => {
    const given = deps();
    const result = await runSmoke(given, SUITES, signal());
    expect(given.ran).toEqual(SUITES);
    expect(verdictOf(result)).toBe("pass");
    expect(result.suites[0]?.facts).toEqual({ seen: 1 });
  });

  it.each([
    ["to another run", { run: "run-2", config: "v1" }],
    ["to another configuration", { run: "run-1", config: "v2" }],
    ["to nothing", null],
  ])("is inconclusive when what is live changes %s, and asks no more", async (_, then) => {
    let looks = 0;
    const given = deps({ pointer: async () => (looks++ < 3 ? live : then) });
    const result = await runSmoke(given, SUITES, signal());
    expect(verdictOf(result)).toBe("inconclusive");
    expect(result.stopped).toContain("changed during the run");
    expect(given.ran.length).toBeLessThan(SUITES.length);
  });

  it("is inconclusive when the change came in the last suite", async () => {
    let looks = 0;
    const given = deps({ pointer: async () => (looks++ < SUITES.length + 1 ? live : null) });
    const result = await runSmoke(given, SUITES, signal());
    expect(given.ran).toEqual(SUITES);
    expect(verdictOf(result)).toBe("inconclusive");
  });

  it("asks nothing while a rollback is under way, nor where nothing is live", async () => {
    const rolling = deps({ rollback: async () => "rb_1" });
    const rolled = await runSmoke(rolling, SUITES, signal());
    expect(rolled.stopped).toContain("rb_1");
    const dead = deps({ pointer: async () => null });
    const nothing = await runSmoke(dead, SUITES, signal());
    expect(nothing.stopped).toContain("Nothing is live");
    expect([verdictOf(rolled), verdictOf(nothing)]).toEqual(["inconclusive", "inconclusive"]);
    expect([...rolling.ran, ...dead.ran]).toEqual([]);
  });

  it("a suite that throws is an error of its own, the others run; one that ran no check is one too", async () => {
    const broken: RunSuite = async () => {
      throw new TypeError("secret=abc");
    };
    const empty: RunSuite = async () => ({ checks: [], facts: {} });
    const given = deps({ suites: { ...all, "db-workflows": broken, "meta-ops": empty } });
    const result = await runSmoke(given, SUITES, signal());
    expect(given.ran).toEqual(SUITES);
    expect(result.suites.map(({ verdict }) => verdict)).toEqual(["pass", "error", "pass", "error", "pass"]);
    expect(JSON.stringify(result)).not.toContain("secret=abc");
    expect(given.faults).toEqual(["db-workflows", "meta-ops"]);
  });

  it("a store that is away for a moment is inconclusive, one that refuses an error: never a pass", async () => {
    const throwing =
      (code: "unreachable" | "missing"): RunSuite =>
      async ({ checks }) => {
        await checks.run("one", () => Promise.reject(new RagStoreError(code, "It said so.")));
        return { checks: checks.list, facts: {} };
      };
    const given = deps({ suites: { ...all, "rag-qa": throwing("unreachable"), negatives: throwing("missing") } });
    const { suites } = await runSmoke(given, ["rag-qa", "negatives"], signal());
    expect(suites.map(({ verdict }) => verdict)).toEqual(["inconclusive", "error"]);
  });

  it("an abort is thrown, not found", async () => {
    const stop = new AbortController();
    const aborting: RunSuite = async ({ checks }) => {
      await checks.run("one", async () => {
        stop.abort(new Error("the process ends"));
        throw new RagStoreError("aborted", "Cancelled.");
      });
      return { checks: checks.list, facts: {} };
    };
    const given = deps({ suites: { ...all, "rag-qa": aborting } });
    await expect(runSmoke(given, SUITES, stop.signal)).rejects.toThrow("the process ends");
    expect(given.faults).toEqual([]);
  });

  it("leaves out what golive.yaml says, and says why", async () => {
    const off = { "rag-qa": "there is no gold set yet", "negatives/one": "the service has no border yet" };
    const given = deps({ off });
    const result = await runSmoke(given, SUITES, signal());
    expect(given.ran).not.toContain("rag-qa");
    const said = new Map(
      result.suites.map(({ id, verdict, checks }): [string, SmokeCheck | undefined] => [`${id} ${verdict}`, checks[0]]),
    );
    expect(said.get("rag-qa not-applicable")?.summary).toContain("no gold set yet");
    expect(said.get("negatives not-applicable")?.summary).toContain("no border yet");
    expect(verdictOf(result)).toBe("pass");
  });
});

describe("the runner of the night", () => {
  const order = { operation: "op_2", number: 2, kind: "smoke", service: "docs", channel: "C1", due: 0 } as const;

  it("compares with the last green run of the journal, and what it finds is read back as it was", async () => {
    const first = toFinding(await runSmoke(deps(), SUITES, signal()));
    const record = (stream: string, event: Recorded["event"]): Recorded => ({
      stream,
      version: 1,
      at: 7,
      by: GOLIVE,
      event,
    });
    const streams: Record<string, readonly Recorded[]> = {
      "agenda/docs": [
        record("agenda/docs", {
          type: "operation-closed",
          operation: "op_1",
          kind: "smoke",
          verdict: "pass",
          summary: "",
        }),
      ],
      "operation/op_1": [
        record("operation/op_1", {
          type: "operation-finished",
          ...first,
          result: JSON.parse(JSON.stringify(first.result)),
        }),
      ],
    };
    const run = createSmokeRunner({
      journal: { load: async (stream) => streams[stream] ?? [] },
      smoke: (_, earlier, aborted) =>
        runSmoke(
          deps({
            earlier,
            suites: {
              ...all,
              negatives: async ({ green: before, checks }) => {
                await checks.run("one", async () => ({ verdict: "fail", summary: `before: ${before?.operation}` }));
                return { checks: checks.list, facts: {} };
              },
            },
          }),
          SUITES,
          aborted,
        ),
    });
    const finding = await run(order, signal());
    expect(finding).toMatchObject({
      verdict: "fail",
      summary: "Smoke 4/5 green: negatives/one failed.",
      result: { compared: { green: { operation: "op_1", at: 7 }, newlyBroken: ["negatives/one"] } },
    });
    expect(JSON.stringify(finding.result)).toContain("before: op_1");
  });

  it("a check that can't be told night after night leaves the other suites something to compare with, and calls nobody twice", async () => {
    const streams: Record<string, Recorded[]> = { "agenda/docs": [] };
    const note = (stream: string, event: Recorded["event"], at = 0) => {
      const before = streams[stream] ?? [];
      streams[stream] = [...before, { stream, version: before.length + 1, at, by: GOLIVE, event }];
    };
    const seen: (string | undefined)[] = [];
    const blind: RunSuite = async ({ checks }) => {
      await checks.run("rights", async () => ({ verdict: "inconclusive", summary: "It may not INSERT." }));
      return { checks: checks.list, facts: {} };
    };
    const sees: RunSuite = (call) => {
      seen.push(call.green?.operation);
      return green(call);
    };
    const run = createSmokeRunner({
      journal: { load: async (stream) => streams[stream] ?? [] },
      smoke: (_, earlier, aborted) =>
        runSmoke(deps({ earlier, suites: { ...all, "db-workflows": blind, "rag-qa": sees } }), SUITES, aborted),
    });
    const called: unknown[] = [];
    for (const night of [1, 2, 3]) {
      const operation = `op_${night}`;
      const { verdict, summary, result } = await run({ ...order, operation, number: night }, signal());
      expect(verdict).toBe("inconclusive");
      called.push(readSmokeResult(result)?.compared.called);
      note(`operation/${operation}`, { type: "operation-finished", verdict, summary, result }, night);
      note("agenda/docs", { type: "operation-closed", operation, kind: "smoke", verdict, summary }, night);
    }
    expect(seen).toEqual([undefined, "op_1", "op_2"]);
    expect(called).toEqual([null, { operation: "op_1", at: 1 }, { operation: "op_1", at: 1 }]);
  });

  it("a result of another version counts as none", async () => {
    const events = (event: Recorded["event"]): Recorded[] => [{ stream: "s", version: 1, at: 7, by: GOLIVE, event }];
    const run = createSmokeRunner({
      journal: {
        load: async (stream) =>
          stream.startsWith("agenda")
            ? events({ type: "operation-closed", operation: "op_1", kind: "smoke", verdict: "pass", summary: "" })
            : events({ type: "operation-finished", verdict: "pass", summary: "", result: { version: 9 } }),
      },
      smoke: (_, earlier, aborted) => runSmoke(deps({ earlier }), SUITES, aborted),
    });
    expect(await run(order, signal())).toMatchObject({ verdict: "pass", result: { compared: { green: null } } });
  });
});
