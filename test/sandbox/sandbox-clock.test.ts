import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSandboxClock } from "#sandbox/clock/sandbox-clock";
import { openRehearsalClock } from "#src/cli/rehearsal-clock";

const NOON = Date.parse("2026-03-28T12:00:00Z");
const HOUR = 3_600_000;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golive-sandbox-clock-"));
  file = join(folder, "clock.json");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("Golive reads the same time out of its file, held or as usual, at every moment", async () => {
  let machine = NOON;
  const machineNow = () => machine;
  const clock = await openSandboxClock(file, { fresh: true, machineNow });
  const golive = openRehearsalClock(file, { machineNow, onBroken: expect.unreachable });
  const both = () => [clock.now() - NOON, golive.now() - NOON];
  expect(both()).toEqual([0, 0]);
  machine += 500;
  expect(both()).toEqual([500, 500]);
  await clock.holdAt(NOON + HOUR);
  machine += 500;
  expect(both()).toEqual([HOUR, HOUR]);
  await clock.holdAt(NOON);
  expect(both()).toEqual([HOUR, HOUR]);
  await clock.asUsual();
  machine += 250;
  expect(both()).toEqual([HOUR + 250, HOUR + 250]);
});

test("a later demo goes on where the earlier one was, a fresh one begins at the real time", async () => {
  const machineNow = () => NOON;
  const first = await openSandboxClock(file, { fresh: true, machineNow });
  await first.holdAt(NOON + 48 * HOUR);
  const later = await openSandboxClock(file, { fresh: false, machineNow: () => NOON + HOUR });
  expect(later.now()).toBe(NOON + 48 * HOUR);
  const fresh = await openSandboxClock(file, { fresh: true, machineNow });
  expect(fresh.now()).toBe(NOON);
});

test("what an earlier demo has left broken is written anew", async () => {
  await writeFile(file, "{");
  expect((await openSandboxClock(file, { fresh: false, machineNow: () => NOON })).now()).toBe(NOON);
});
