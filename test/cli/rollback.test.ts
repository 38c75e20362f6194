import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { type CliHouse, edit, openHouse, type Said, SERVICE, signEverything } from "#test/cli/cli-house";

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
  await house.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
  await signEverything(house);
  const said = await house.golive(["release", "cutover", "--as", "U0INES", "--confirm"]);
  expect(said.code, said.err).toBe(0);
});
afterAll(() => house.stop());

const json = ({ out }: Said) => JSON.parse(out);
const A = { run: "run-1", config: "v1" };
const B = { run: "run-2", config: "v1" };
const rollback = (...words: string[]) => house.golive(["rollback", ...words]);
const unlock = () =>
  house.golive(["unlock", "--as", "U0INES", "--reason", "looked into", "--root-cause", "chunks were too small"]);

// One house, one test after the other, as a night on call.
describe("golive rollback", () => {
  it("--dry-run says what it would do and does nothing; without --confirm that is all, too", async () => {
    const dry = await rollback("previous", "--dry-run");
    expect(dry).toMatchObject({ code: 0, err: "" });
    expect(dry.out).toMatch(/^A rollback of support-docs: run-2 with v1 → run-1 with v1\n\nWhat changes\n/);
    expect(dry.out).toMatch(/What doesn't\n {2}- The chunks of run-1: \d+, exactly as recorded\./);
    const unsure = await rollback("previous", "--as", "U0OMAR");
    expect(unsure).toMatchObject({ code: 2, err: expect.stringMatching(/nothing was done\. Add --confirm/) });
    expect(await rollback("previous", "--confirm")).toMatchObject({ code: 2, err: expect.stringMatching(/--as/) });
    expect(await house.live()).toEqual(B);
    expect(json(await rollback("status", "--json"))).toMatchObject({ ok: true, rollback: null });
  });

  it("refuses an id that names no backup with the nearest ones, and what is live already", async () => {
    const [backup] = json(await house.golive(["backup", "list", "--json"])).backups;
    const typo = backup.id.replace(/.$/, backup.id.endsWith("a") ? "b" : "a");
    const wrong = await rollback(typo, "--as", "U0OMAR", "--confirm");
    expect(wrong).toMatchObject({ code: 1, out: "" });
    expect(wrong.err).toContain(backup.id);
    expect(await house.live()).toEqual(B);
  });

  it("waits for somebody with the right when whoever asks has none; then nothing has moved", async () => {
    const asked = await rollback("previous", "--as", "U0DAN", "--confirm", "--json");
    expect(asked.code).toBe(3);
    expect(json(asked).rollback).toMatchObject({ state: "waiting", may_confirm: ["U0ROSA", "U0OMAR"] });
    expect(await house.live()).toEqual(B);
    const second = await rollback("previous", "--as", "U0OMAR", "--confirm");
    expect(second).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Rollback #1 is waiting or under way already/),
    });
    const withdrawn = await house.golive(["rollback", "withdraw", "--as", "U0DAN"]);
    expect(withdrawn.code).toBe(0);
  });

  it("goes back to what was live, tells each step, proves what it can, and locks go-lives", async () => {
    const said = await rollback(
      "previous",
      "--as",
      "U0OMAR",
      "--confirm",
      "--reason",
      "answers cite the wrong page",
      "--json",
    );
    expect(said.code, said.err + said.out).toBe(0);
    const { rollback: told } = json(said);
    expect(told).toMatchObject({
      number: 2,
      state: "complete",
      plan: { from: B, to: A, data: "intact" },
      confirmed: { how: "right", by: ["U0OMAR"] },
      flip: { outcome: "flipped" },
      ended: { live: A },
    });
    const steps = told.steps.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`);
    expect(steps).toEqual([
      "hold done",
      "flip done",
      "answering done",
      "caches skipped",
      "smoke done",
      "proof skipped",
      "incident done",
    ]);
    expect(said.err).toMatch(/✅ done +Smoke evaluation \+\d+\.\d s\. Smoke 24\/24 green\./);
    expect(await house.live()).toEqual(A);
    const locked = await house.golive(["release", "start", "--as", "U0ROSA"]);
    expect(locked.err).toMatch(/locked: rollback #2: answers cite the wrong page/);
    expect((await house.golive(["audit", "verify"])).code).toBe(0);
  });

  it("says that there is nothing before what was there when Golive came, and points to a backup instead", async () => {
    const said = await rollback("previous", "--as", "U0OMAR", "--confirm");
    expect(said).toMatchObject({ code: 1, err: expect.stringMatching(/no record of what was live .* before/) });
  });

  it("goes to the pair that a backup was taken of; what it was rolled back from needs the unlock to go live again", async () => {
    await unlock();
    const started = await house.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
    expect(started.code, started.err).toBe(0);
    await signEverything(house);
    await house.golive(["release", "cutover", "--as", "U0INES", "--confirm"]);
    expect(await house.live()).toEqual(B);
    const [backup] = json(await house.golive(["backup", "list", "--json"])).backups;
    expect(backup).toMatchObject({ run: "run-1", config: "v1" });
    const said = await rollback(backup.id, "--as", "U0OMAR", "--confirm", "--json");
    expect(said.code, said.err).toBe(0);
    expect(await house.live()).toEqual(A);
  });

  it("touches nothing when somebody moved the pointer between plan and flip: it says what is live", async () => {
    await unlock();
    await putConfig(house.rag.adminUrl, "by-hand", { emergency: true });
    await setPointer(house.rag.adminUrl, SERVICE, { run: "run-2", config: "by-hand" });
    const [backup] = json(await house.golive(["backup", "list", "--json"])).backups;
    // The journal says run-1; the plan is made from the pointer, and the flip's compare-and-set has the last word.
    const said = await rollback(backup.id, "--as", "U0OMAR", "--confirm", "--json");
    expect([0, 1]).toContain(said.code);
    const live = await house.live();
    expect(json(said).rollback.ended.live).toEqual(live);
  });

  it("brings a damaged run's own chunks back before it points at them, and moves nothing where it may not", async () => {
    await unlock();
    const count = (run: string) =>
      withStore(house.rag.adminUrl, async (client) => {
        const sql = "SELECT count(*)::int AS n FROM rag.document_chunks WHERE ingest_run_id = $1";
        return (await client.query<{ n: number }>(sql, [run])).rows[0]?.n;
      });
    const [one, two] = [await count("run-1"), await count("run-2")];
    await setPointer(house.rag.adminUrl, SERVICE, B);
    await withStore(house.rag.adminUrl, (client) =>
      client.query("DELETE FROM rag.document_chunks WHERE ingest_run_id = 'run-1'"),
    );
    const backups = json(await house.golive(["backup", "list", "--json"])).backups;
    const proven = backups.find(
      ({ state, run }: { state: string; run: string }) => state === "proven" && run === "run-1",
    );
    const words = ["rollback", proven.id, "--as", "U0OMAR", "--confirm", "--json"];
    // The bot's role reads the chunks; who brings them back owns them.
    const denied = json(await house.golive(words)).rollback;
    expect(denied).toMatchObject({ state: "refused", ended: { live: B } });
    expect(denied.ended.says).toMatch(/^The pointer was not moved: .* in rag_store\.restore_url_env\. Go-lives/);
    expect([await house.live(), await count("run-1"), await count("run-2")]).toEqual([B, 0, two]);
    await unlock();
    await edit(join(house.configs, "golive.yaml"), (yaml) =>
      yaml.replace("url_env: RAG_STORE_URL", "url_env: RAG_STORE_URL\n      restore_url_env: RAG_OWNER_URL"),
    );
    const said = await house.golive(words, { env: { RAG_OWNER_URL: house.rag.adminUrl } });
    const { plan, steps } = json(said).rollback;
    expect(plan).toMatchObject({ data: "damaged", backup: expect.stringMatching(/^bk_/) });
    expect(steps.slice(0, 3).map(({ id, status }: { id: string; status: string }) => `${id} ${status}`)).toEqual([
      "hold done",
      "restore done",
      "flip done",
    ]);
    expect([await count("run-1"), await count("run-2")]).toEqual([one, two]);
    expect(await house.live()).toEqual(A);
  });
});
