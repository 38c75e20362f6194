import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CliError } from "#src/cli/io";
import { openRehearsalClock, rehearsalClockOf } from "#src/cli/rehearsal-clock";

const NOON = Date.parse("2026-03-28T12:00:00Z");
const at = (ms: number) => new Date(ms).toISOString();

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golive-clock-"));
  file = join(folder, "clock.json");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const put = (text: string) => writeFile(file, text);
const say = (from: number, shown: number, speed: number) =>
  put(JSON.stringify({ from: at(from), at: at(shown), speed }));
const broken: string[] = [];
const open = (machineNow: () => number) =>
  openRehearsalClock(file, { machineNow, onBroken: (sentence) => void broken.push(sentence) });

test("goes as fast as the file says, from what it says, and stands still at 0", async () => {
  let machine = NOON;
  await say(NOON, NOON + 1_000, 60);
  const clock = open(() => machine);
  expect(clock.now()).toBe(NOON + 1_000);
  machine += 500;
  expect(clock.now()).toBe(NOON + 31_000);
  await say(machine, NOON + 40_000, 0);
  machine += 5_000;
  expect(clock.now()).toBe(NOON + 40_000);
});

test("a file that replaced the one before is read at once, and never turns time back", async () => {
  await say(NOON, NOON + 60_000, 0);
  const clock = open(() => NOON);
  expect(clock.now()).toBe(NOON + 60_000);
  const next = join(folder, "next.json");
  await writeFile(next, JSON.stringify({ from: at(NOON), at: at(NOON), speed: 0 }));
  await rename(next, file);
  expect(clock.now()).toBe(NOON + 60_000);
  await say(NOON, NOON + 61_000, 0);
  expect(clock.now()).toBe(NOON + 61_000);
});

test("a file that breaks while it is used is told once, and time goes on as before", async () => {
  let machine = NOON;
  await say(NOON, NOON, 10);
  const clock = open(() => machine);
  broken.length = 0;
  await put('{"from": "2026-03-28T12:00:00Z", "at"');
  machine += 1_000;
  expect(clock.now()).toBe(NOON + 10_000);
  expect(clock.now()).toBe(NOON + 10_000);
  expect(broken).toHaveLength(1);
  expect(broken[0]).toMatch(/is not JSON\. It takes one JSON object like/);
  await rm(file);
  machine += 1_000;
  expect(clock.now()).toBe(NOON + 20_000);
  expect(broken[1]).toMatch(/can't be read/);
});

test.each([
  ["nonsense", /is not JSON/],
  ["[]", /can't be used: it: /],
  ['{"from": "2026-03-28T12:00:00Z", "at": "noon", "speed": 1}', /can't be used: at: /],
  ['{"from": "2026-03-28T12:00:00Z", "at": "2026-03-28T12:00:00Z", "speed": -1}', /can't be used: speed: /],
  [
    '{"from": "2026-03-28T12:00:00Z", "at": "2026-03-28T12:00:00Z", "speed": 1, "sped": 2}',
    /can't be used: it: .*sped/,
  ],
])("is refused in a sentence when it begins with %s", async (text, sentence) => {
  await put(text);
  expect(() => open(Date.now)).toThrow(CliError);
  expect(() => open(Date.now)).toThrow(sentence);
});

test("without the variable time is the machine's; with it, that is said, with what time it is", async () => {
  const said: string[] = [];
  const note = (sentence: string) => void said.push(sentence);
  expect(rehearsalClockOf({}, note)).toBeUndefined();
  expect(rehearsalClockOf({ GOLIVE_CLOCK_FILE: "" }, note)).toBeUndefined();
  await say(NOON, NOON, 0);
  expect(rehearsalClockOf({ GOLIVE_CLOCK_FILE: file }, note)?.now()).toBe(NOON);
  expect(said).toEqual(["a rehearsal clock is used (GOLIVE_CLOCK_FILE): for Golive it is 2026-03-28T12:00:00.000Z"]);
});
