import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { READER } from "#sandbox/bedrock/catalogue";
import { createModelClient } from "#src/models/model-client";
import { createPromptAudit } from "#src/models/prompt-audit";
import { failure, MANIFEST, openModelHouse, question } from "#test/models/model-house";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let app: Client;
let house: Awaited<ReturnType<typeof openModelHouse>>;
beforeAll(async () => {
  database = await createTestDatabase();
  app = new Client({ connectionString: database.appUrl });
  await app.connect();
  house = await openModelHouse();
});
afterAll(async () => {
  await house.close();
  await app.end();
  await database.drop();
});

test("a request leaves one row, answered or not, and nothing of the prompt in it", async () => {
  const client = createModelClient({ ...house.deps, audit: createPromptAudit(app) });
  const answer = await client.converse(question());
  house.local.faults.some({ kind: "throttle" }, 1);
  await failure(client.converse(question({ purpose: "judge" })));
  const { rows } = await app.query("SELECT * FROM golive.prompt_audit ORDER BY id");
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({
    id: answer.auditId,
    operation: "converse",
    service: "docs",
    release: "R1",
    manifest: MANIFEST,
    purpose: "test",
    model_asked: READER,
    model_answered: READER,
    prompt_sha256: answer.promptSha256,
    few_shot_ids: ["fs-1"],
    cot: false,
    temperature: 0,
    top_p: 1,
    top_k: null,
    seed: "unsupported",
    max_tokens: 200,
    input_tokens: answer.usage.inputTokens,
    output_tokens: answer.usage.outputTokens,
    attempts: 1,
    outcome: "answered",
  });
  expect(rows[1]).toMatchObject({ purpose: "judge", outcome: "throttled", attempts: 5, model_answered: null });
  expect(JSON.stringify(rows)).not.toMatch(/invitation|AKIDEXAMPLE|a-secret-key/);
});

test.each([
  "UPDATE golive.prompt_audit SET outcome = 'answered'",
  "DELETE FROM golive.prompt_audit",
  "TRUNCATE golive.prompt_audit",
])("the bot may not: %s", async (sql) => {
  await expect(app.query(sql)).rejects.toMatchObject({ code: "42501" });
});

test("even the owner changes no row", async () => {
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    await expect(owner.query("DELETE FROM golive.prompt_audit")).rejects.toMatchObject({ code: "GL001" });
  } finally {
    await owner.end();
  }
});
