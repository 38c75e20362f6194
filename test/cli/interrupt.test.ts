import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BUILT_CHECKS } from "#src/config/built-checks";
import { type CliHouse, openHouse } from "#test/cli/cli-house";

const CHECKS = Object.keys(BUILT_CHECKS).length;

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.stop());

it("Ctrl-C while waiting ends with 130, and nothing is lost: another wait brings the release to its end", async () => {
  // Whoever holds this lock keeps everything that reads chunks from finishing.
  const holder = new Client({ connectionString: house.rag.adminUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("LOCK TABLE rag.document_chunks IN ACCESS EXCLUSIVE MODE");
  const said = await house.golive(["release", "start", "--as", "U0ROSA", "--wait", "--json"], {
    interrupt: Promise.resolve("SIGINT"),
    onErr: (text) => {
      if (text.startsWith("Interrupted")) void holder.query("ROLLBACK");
    },
  });
  await holder.end();
  expect(said.code).toBe(130);
  expect(JSON.parse(said.out)).toEqual({
    ok: false,
    error: "interrupted",
    sentence: expect.stringMatching(/^Interrupted\. Nothing is lost: .*`golive release status --wait`/),
  });

  const status = await house.golive(["release", "status", "--json"]);
  expect(JSON.parse(status.out).release).toMatchObject({ number: 1, phase: "checking" });
  const waited = await house.golive(["release", "status", "--wait", "--json"]);
  expect(waited.code).toBe(0);
  expect(JSON.parse(waited.out).release.progress).toMatchObject({ checks_done: CHECKS, checks_total: CHECKS });
  expect(await house.golive(["audit", "verify"])).toMatchObject({ code: 0 });
});
