import { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelLimiter } from "#src/models/limiter";
import { createModelLimiter } from "#src/models/limiter-postgres";
import { machineClock } from "#src/models/machine-clock";
import { createModelClient } from "#src/models/model-client";
import { createPromptAudit } from "#src/models/prompt-audit";
import { ANSWER, embedding, openModelHouse, question } from "#test/models/model-house";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let pool: Pool;
let limiter: ModelLimiter;
let house: Awaited<ReturnType<typeof openModelHouse>>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl });
  limiter = createModelLimiter({
    pool,
    listenUrl: database.appUrl,
    limits: { maxInFlight: 2, perSecond: 500, workers: 8 },
  });
  // Long enough that ten calls at once would meet.
  house = await openModelHouse({ bedrock: { latencyMs: 30 } });
});
afterAll(async () => {
  await limiter.close();
  await house.close();
  await pool.end();
  await database.drop();
});

test("answers, embeddings and retries of one process share the two places of the account", async () => {
  const audit = createPromptAudit(pool);
  const client = createModelClient({ ...house.deps, limiter, audit, clock: machineClock, random: () => 0 });
  house.local.faults.sequence([{ kind: "throttle" }, null, { kind: "truncated" }, null, { kind: "throttle" }]);
  const answers = await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      if (at % 2 === 1) return (await client.embed(embedding())).vector.length;
      return (await client.converse(question({ priority: at === 0 ? "rollback-smoke" : "nightly" }))).text;
    }),
  );
  expect(answers).toEqual(Array.from({ length: 10 }, (_, at) => (at % 2 === 1 ? 256 : ANSWER)));
  const log = house.local.log.entries();
  expect(log).toHaveLength(13);
  expect(Math.max(...log.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(2);
  const { rows } = await pool.query(
    "SELECT count(*)::int AS requests, sum(attempts)::int AS attempts FROM golive.prompt_audit WHERE outcome = 'answered'",
  );
  expect(rows).toEqual([{ requests: 10, attempts: 13 }]);
});
