import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { record, START, text, worse } from "#test/canary/recording";
import { ROOT, shell } from "#test/cli/cli-house";
import { inFolder } from "#test/evaluation/bytes";
import { type IntakeHouse, openIntakeHouse } from "#test/observations/intake-house";

const HOUR = 3_600_000;

let house: IntakeHouse;
beforeAll(async () => {
  house = await openIntakeHouse();
  // The command reads the shipped configuration's service.
  await house.eyes.query(
    "CREATE VIEW copied AS SELECT at, trace_id, arm, body FROM golive.observation WHERE service = 'docs'",
  );
});
afterAll(() => house.stop());

const golive = (...words: string[]) =>
  shell(["canary", ...words], { GOLIVE_CONFIG: `${ROOT}configs`, DATABASE_URL: house.database.appUrl });

describe("golive canary observations", () => {
  it("gives back what was brought, so that its replay has the verdict of the recording's", async () => {
    const lines = record({
      hours: 12,
      perHour: 100,
      change: (line, index) => ({
        ...(line.arm === "canary" && index > 600 ? worse(line, 0.2) : {}),
        ...(index % 50 === 3 ? { error: "timeout" } : {}),
        answer: "what nobody keeps",
      }),
    });
    // As time goes by, each hour shuffled and twice.
    for (let hour = 0; hour < 12; hour++) {
      house.setNow(START + (hour + 1) * HOUR);
      const batch = lines.slice(hour * 200, (hour + 1) * 200).toReversed();
      const first = await house.post(text(batch));
      expect(first).toMatchObject({ status: 200, body: { accepted: 200, refused: 0 } });
      const again = await house.post(gzipSync(text(batch)), { headers: { "content-encoding": "gzip" } });
      expect(again).toMatchObject({ status: 200, body: { accepted: 0, duplicate: 200 } });
    }
    const exported = await golive("observations");
    expect(exported.code).toBe(0);
    expect(exported.err).toMatch(/support-docs: 1200 observations of the baseline, 1200 of the canary, 2026-03-28T00:/);
    expect(exported.out).not.toContain("what nobody keeps");
    const ids = exported.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).trace_id);
    expect(ids).toEqual(lines.map((line) => line.trace_id));
    await inFolder(async (write) => {
      const replay = async (file: string) => golive("replay", "--observations", file, "--json");
      const original = await replay(await write("original.ndjson", text(lines)));
      const stored = await replay(await write("stored.ndjson", exported.out));
      expect(JSON.parse(original.out)).toMatchObject({
        verdict: "rollback",
        alarms: expect.arrayContaining([expect.anything()]),
      });
      expect([stored.code, stored.out]).toEqual([original.code, original.out]);
    });
  });

  it("takes a part by time, counts with --json, and refuses what is no time", async () => {
    const part = await golive(
      "observations",
      "--since",
      "2026-03-28T02:00:00Z",
      "--until",
      "2026-03-28T03:00:00+00:00",
    );
    expect(part.out.trim().split("\n")).toHaveLength(200);
    const counted = await golive("observations", "--json", "--until", "2026-03-28T01:00:00Z");
    expect(JSON.parse(counted.out)).toMatchObject({ ok: true, service: "support-docs", baseline: 100, canary: 100 });
    expect(await golive("observations", "--since", "2026-03-29")).toMatchObject({ code: 0, out: "" });
    const wrong = await golive("observations", "--since", "yesterday");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("--since is no time")]);
  });
});
