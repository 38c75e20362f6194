import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHouse, openHouse, SERVICE, signEverything } from "#test/cli/cli-house";

let house: CliHouse;
beforeAll(async () => {
  house = await openHouse();
  await house.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
  await signEverything(house);
  await house.golive(["release", "cutover", "--as", "U0INES", "--confirm"]);
  const said = await house.golive([
    "rollback",
    "previous",
    "--as",
    "U0OMAR",
    "--confirm",
    "--reason",
    "answers are wrong",
  ]);
  expect(said.code, said.err).toBe(0);
});
afterAll(() => house.stop());

const incident = (...words: string[]) => house.golive(["incident", ...words]);
const first = async () => JSON.parse((await incident("list", "--json")).out).incidents[0];

describe("golive incident", () => {
  it("lists what was rolled back, and shows the timeline with who did what", async () => {
    const { id, title } = await first();
    expect(title).toBe(`Incident: ${SERVICE} was taken back to run-1 with v1 (rollback #1)`);
    expect((await incident("list")).out).toContain(id);
    const { out, code } = await incident("show", id);
    expect(code).toBe(0);
    expect(out).toMatch(/answers are wrong/);
    expect(out).toMatch(/UTC \| U0OMAR .*\| Asked for rollback/);
    expect(out).toMatch(/went live/);
    expect(out).toMatch(/Unlock go-lives with the root cause/);
  });

  it("writes the page into a file, whole", async () => {
    const out = join(house.configs, "incident.html");
    expect(await incident("show", (await first()).id, "--format", "html", "--out", out)).toMatchObject({
      code: 0,
      out: "",
    });
    expect(await readFile(out, "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it("answers an id that is none with the nearest one, and a format that is none", async () => {
    const { id } = await first();
    const typo = `${id.slice(0, -1)}_`;
    expect(await incident("show", typo)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(id) });
    expect(await incident("show", id, "--format", "pdf")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/md or html/),
    });
  });
});
