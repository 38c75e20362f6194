import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "#src/evaluation/report/render-report";
import { contrastBreaches } from "#test/browser/support/contrast";
import { openBrowser } from "#test/browser/support/open-browser";
import { takePicture } from "#test/browser/support/take-picture";
import { worseCandidate } from "#test/evaluation-report/sample";

/** The report of an evaluation as somebody opens it: a file, without a server, with texts of people who mean no good. */
let browser: Browser;
let folder: string;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golive-report-"));
  const file = join(folder, "report.html");
  await writeFile(file, renderReport(await worseCandidate()));
  url = pathToFileURL(file).href;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

type Seen = { readonly page: Page; readonly complaints: string[]; readonly asked: string[] };

async function open(
  options: { width: number; colorScheme?: "light" | "dark"; javaScriptEnabled?: boolean } = { width: 1280 },
): Promise<Seen> {
  const { width, ...rest } = options;
  const page = await browser.newPage({ viewport: { width, height: 844 }, ...rest });
  const [complaints, asked]: [string[], string[]] = [[], []];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => asked.push(request.url()));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints, asked };
}

const openEverything = (page: Page) =>
  page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");

const widerThanTheScreen = (page: Page): Promise<unknown> =>
  page.evaluate(
    `[...document.querySelectorAll("main *, header *")]
      .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
      .map((each) => each.tagName + " " + each.textContent.slice(0, 40))`,
  );

describe("the report of an evaluation", () => {
  it("asks for nothing but itself, and runs nothing of what it shows", async () => {
    const { page, complaints, asked } = await open();
    await openEverything(page);
    expect(asked).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(await page.title()).toBe("docs: evaluation ev_b2");
    await page
      .getByText('<script>document.title = "taken"</script> Which plan is ⟨U+202E⟩eerf⟨U+202C⟩?')
      .first()
      .waitFor();
    expect(await page.locator("main script, main img, main style").count()).toBe(0);
    await page.close();
  });

  it("is read without a script", async () => {
    const { page } = await open({ width: 1280, javaScriptEnabled: false });
    await page.getByRole("heading", { name: "Quality floors: ✗ fail" }).waitFor();
    await page.getByText("case-004", { exact: true }).first().waitFor();
    await page.getByText("Retrieved context: 2 chunks of 24 candidates").first().waitFor();
    await page.close();
  });

  it.each(["light", "dark"] as const)("%s: every text has a contrast of 4.5 to 1 or more", async (colorScheme) => {
    for (const width of [1280, 360]) {
      const { page } = await open({ width, colorScheme });
      await openEverything(page);
      expect(await contrastBreaches(page)).toEqual([]);
      await page.close();
    }
  });

  it.each([360, 768, 1030, 1280])("at %i pixels nothing is wider than the screen, opened or closed", async (width) => {
    const { page } = await open({ width });
    expect(await widerThanTheScreen(page)).toEqual([]);
    await openEverything(page);
    expect(await widerThanTheScreen(page)).toEqual([]);
    await page.close();
  });

  it("on a phone each row is a card, and a table all the same to a screen reader", async () => {
    const { page } = await open({ width: 360, colorScheme: "dark" });
    const floors = page.getByRole("table", { name: /Each floor/ });
    const row = floors.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "faithfulness" }) });
    expect(await row.getByRole("cell").allInnerTexts()).toEqual(["0.549", "≥ 0.600", "117", "✗ fail"]);
    await page.getByRole("heading", { name: /Against the baseline/ }).scrollIntoViewIfNeeded();
    await takePicture("report-phone", page);
    await page.close();
  });

  it("by keyboard alone: a link leads to a section, and a case opens and closes", async () => {
    const { page } = await open();
    const { keyboard } = page;
    await keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("To the results");
    const second = page.locator("#worst > details").nth(1);
    for (let presses = 0; presses < 60; presses++) {
      await keyboard.press("Tab");
      if (await second.evaluate((each) => each.firstElementChild === each.ownerDocument.activeElement)) break;
    }
    expect(await second.getAttribute("open")).toBeNull();
    await keyboard.press("Enter");
    expect(await second.getAttribute("open")).toBe("");
    await keyboard.press("Enter");
    expect(await second.getAttribute("open")).toBeNull();
    await page.getByRole("link", { name: "Worst cases" }).focus();
    await keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#worst");
    await page.close();
  });

  it("says the same of its charts to who can't see them", async () => {
    const { page } = await open();
    await page.getByRole("img", { name: /^f1: −\d+\.\d points, from −\d+\.\d to −\d+\.\d$/ }).waitFor();
    await page
      .getByRole("img", { name: /^correct_refusal, cases by value\. 0\.0 to 0\.1: 5, 0\.9 to 1\.0: 5$/ })
      .waitFor();
    await takePicture("report", page);
    await page.close();
  });
});
