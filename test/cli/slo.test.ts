import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keptBody } from "#src/observations/kept-body";
import { storeObservations } from "#src/observations/store-observations";
import { type CliHouse, openHouse, SERVICE } from "#test/cli/cli-house";

const HOUR = 3_600_000;

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

/** Thirty hours of a hundred requests each, of which every hundredth failed. */
async function requests(): Promise<void> {
  const pool = new Pool({ connectionString: house.database.appUrl });
  const begun = Date.now() - 30 * HOUR;
  const rows = Array.from({ length: 3_000 }, (_, index) => {
    const at = begun + index * (HOUR / 100);
    const line = { at: new Date(at).toISOString(), arm: "canary" as const, trace_id: `t-${index}`, latency_s: 1 };
    const kept = keptBody({ ...line, embedding_ms: 12, ...(index % 100 === 0 ? { error: "no answer" } : {}) });
    if (!("body" in kept)) throw new Error(kept.refusal.sentence);
    return { service: SERVICE, at, arm: line.arm, traceId: line.trace_id, body: kept.body };
  });
  await storeObservations(pool, rows);
  await pool.end();
}

it("golive slo says what it lacks, adds up without a bot, and ends with what came of it", async () => {
  const nothing = await house.golive(["slo"]);
  expect(nothing.code).toBe(3);
  expect(nothing.out).toMatch(/^support-docs: \d+ of 13 SLOs are kept over 28 days; \d+ can't be told\.$/m);
  expect(nothing.out).toMatch(/No request was reported in this window/);

  await requests();
  const { code, out } = await house.golive(["slo", "--json"]);
  const report = JSON.parse(out);
  expect(code).toBe(1);
  expect(report).toMatchObject({ ok: false, service: SERVICE, window_days: 28, burning: [], spent: [] });
  const of = (id: string) => report.slos.find((slo: { id: string }) => slo.id === id);
  expect(of("answered")).toMatchObject({ standing: "fail", value: "99 %", events: 3_000, bad: 30, budget_left: -1 });
  expect(of("embedding_latency")).toMatchObject({ standing: "pass", bar: "≤ 65 ms", budget_left: 1 });
  expect(of("audit_trail")).toMatchObject({ standing: "pass", value: "complete" });
  expect(of("p95_latency")).toMatchObject({ standing: "inconclusive", budget_left: null });

  // The same again: nothing is counted twice.
  const again = await house.golive(["slo"]);
  expect(again).toMatchObject({ code: 1, err: "" });
  expect(again.out).toMatch(/^answered +missed +99 % +≥ 99\.5 % +▁▁▁▁▁▁▁▁ −100 %/m);
  expect((await house.golive(["slo", "--service", "nobody"])).code).toBe(2);
});
