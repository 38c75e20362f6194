import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isMap, parseDocument } from "yaml";
import { ensureLiveRun, ingestNext } from "#sandbox/demo/populate";
import { setPointer } from "#sandbox/rag/rag-store";
import { contrastBreaches } from "#test/browser/support/contrast";
import { CORPUS, type Demo, openDemo, ROOT } from "#test/browser/support/open-demo";
import type { Seat } from "#test/browser/support/seat";
import { takePicture } from "#test/browser/support/take-picture";

/** By keyboard alone, on a phone, in the dark; and in a channel that releases two services. */
let demo: Demo;
let seat: Seat;
let configs: string;

beforeAll(async () => {
  configs = await mkdtemp(join(tmpdir(), "golive-two-services-"));
  await addService(configs, "help-centre");
  demo = await openDemo({ configs });
  await ensureLiveRun(demo.house.ragUrl, CORPUS);
  await setPointer(demo.house.ragUrl, "help-centre", { run: "run-1", config: "v1" });
  await ingestNext(demo.house.ragUrl, CORPUS);
  seat = await demo.sit();
});
afterAll(async () => {
  await demo?.stop();
  await rm(configs, { recursive: true, force: true });
});

/** The shipped configuration with a second service of the same store in the same channel. */
async function addService(folder: string, id: string): Promise<void> {
  await cp(join(ROOT, "configs"), folder, { recursive: true });
  const file = join(folder, "golive.yaml");
  const document = parseDocument(await readFile(file, "utf8"));
  const services = document.get("services");
  const first = document.getIn(["services", "support-docs"]);
  if (!isMap(services) || !isMap(first)) throw new Error("configs/golive.yaml has no service support-docs");
  // Its paths are relative to the folder it was copied from.
  first.set("few_shot_pool", join(ROOT, "configs", String(first.get("few_shot_pool"))));
  services.set(id, first.clone());
  document.setIn(["services", id, "title"], "Help centre");
  document.setIn(["services", id, "rag_store", "pointer", "key"], id);
  await writeFile(file, document.toString());
}

const isFocused = (where: Locator): Promise<boolean> =>
  where.evaluate((element) => element === element.ownerDocument.activeElement);

/** Tab (or Shift+Tab) until `where` has the focus, as somebody without a mouse gets there. */
async function tabTo(where: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await where.waitFor();
  for (let presses = 0; presses < 120; presses += 1) {
    if (await isFocused(where)) return;
    await where.page().keyboard.press(key);
  }
  throw new Error(`120 times ${key} did not reach ${where}`);
}

describe("two services in one channel", () => {
  it("/golive start asks which service and which run, and what is live now; Start starts that one", async () => {
    await seat.send("/golive start");
    const modal = seat.page.getByRole("dialog", { name: "Start a go-live" });
    await modal.getByText("This channel releases several services. Choose one to see its runs.").waitFor();
    expect(await modal.getByRole("button", { name: "Start", exact: true }).count()).toBe(0);
    await modal.getByRole("combobox", { name: "Service" }).selectOption({ label: "Support docs (support-docs)" });
    await modal.getByText("Live now: run-1 (config v1)").waitFor();
    const run = modal.getByRole("combobox", { name: "Run to take live" });
    expect(await run.inputValue()).toBe("run-2");
    await takePicture("which-service", seat.page);
    await modal.getByRole("button", { name: "Start", exact: true }).click();
    await modal.waitFor({ state: "detached" });
    await seat.release.getByRole("heading", { name: "support-docs → run-2" }).waitFor();
    await seat.release.getByText(/^✍️ signing · /).waitFor();
  });

  it("/golive status tells of both", async () => {
    await seat.answerTo(() => seat.send("/golive status"));
    await seat.onlyMe.getByText(/help-centre answers from run-1/).waitFor();
    await seat.onlyMe.getByText(/support-docs answers from run-1/).waitFor();
    await seat.dismissAll();
  });
});

describe("by keyboard alone", () => {
  it("Dan takes his seat, reads the evidence, comes back with Escape, and signs", async () => {
    const { page, release, dialog } = seat;
    const { keyboard } = page;
    await seat.box.focus();
    await tabTo(page.getByRole("navigation").getByRole("link", { name: "Dan Ito" }), "Shift+Tab");
    await keyboard.press("Enter");
    await page.getByText("as Dan Ito", { exact: true }).waitFor();

    const details = release.getByRole("button", { name: "All details" });
    await tabTo(details, "Shift+Tab");
    await keyboard.press("Enter");
    await dialog.getByText("✅ pass · Token budget").waitFor();
    expect(await dialog.evaluate((element) => element.contains(element.ownerDocument.activeElement))).toBe(true);
    await keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await isFocused(details)).toBe(true);

    await tabTo(release.getByRole("button", { name: "Sign Data quality" }), "Shift+Tab");
    await keyboard.press("Enter");
    await release.getByText(/^✅ signed · Data quality of the candidate run by Dan Ito/).waitFor();
    expect(await release.evaluate((element) => element.contains(element.ownerDocument.activeElement))).toBe(true);
  });

  it("a thread opens and closes without a mouse, and the focus comes back", async () => {
    const { page } = seat;
    const replies = seat.release.getByRole("button", { name: /repl/ });
    await tabTo(replies);
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Reply in thread" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("complementary", { name: "Thread" }).waitFor({ state: "hidden" });
    expect(await isFocused(replies)).toBe(true);
  });
});

describe("on a phone", () => {
  it("nothing is wider than the screen, people are behind a menu, and signing works", async () => {
    const phone = await demo.sit({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true });
    const { page, release } = phone;
    await release.getByText(/^✍️ signing · /).waitFor();
    await page.getByText("sandbox", { exact: true }).last().waitFor();
    await page.getByRole("button", { name: "Channels and people" }).click();
    await phone.become("Mila Berg");
    const wide = await page.evaluate(
      `[...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).length`,
    );
    expect(wide).toBe(0);
    await phone.sign("Accuracy");
    await release.getByText(/^✅ signed · Accuracy.* by Mila Berg/).waitFor();
    await release.getByText("What blocks the cutover").scrollIntoViewIfNeeded();
    await takePicture("phone", page);
    expect(phone.scriptErrors).toEqual([]);
    await page.context().close();
  });
});

describe("colours", () => {
  it("a text too pale to read is found", async () => {
    const tab = await demo.sit();
    await tab.page.evaluate(`document.querySelector("h1").style.color = "#8a8a8a"`);
    expect(await contrastBreaches(tab.page)).toEqual([expect.stringMatching(/^3\.45: #release/)]);
    await tab.page.context().close();
  });

  it.each(["light", "dark"] as const)("%s: every text has a contrast of 4.5 to 1 or more", async (colorScheme) => {
    const tab = await demo.sit({ colorScheme });
    await tab.release.getByText(/^✍️ signing · /).waitFor();
    await tab.answerTo(() => tab.send("/golive help"));
    expect(await contrastBreaches(tab.page)).toEqual([]);
    await tab.dismissAll();
    await tab.release.getByRole("button", { name: "All details" }).click();
    await tab.dialog.getByText("✅ pass · Token budget").waitFor();
    expect(await contrastBreaches(tab.page)).toEqual([]);
    await tab.page.keyboard.press("Escape");
    await tab.dialog.waitFor({ state: "detached" });
    if (colorScheme === "dark") await takePicture("dark", tab.page);
    await tab.page.context().close();
  });
});
