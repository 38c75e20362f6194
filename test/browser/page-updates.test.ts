import type { Browser, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Page, startPage } from "#sandbox/page/start-page";
import type { Block } from "#sandbox/slack/model";
import { openBrowser } from "#test/browser/support/open-browser";
import { type Seat, takeSeat } from "#test/browser/support/seat";
import { createFakeWorld, type FakeWorld, modal } from "#test/page/fake-world";
import { evidenceBlocks, reasonView } from "#test/page/release-blocks";

let browser: Browser;
let world: FakeWorld;
let page: Page;
let seat: Seat;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  world = createFakeWorld();
  page = await startPage({ world, hands: world.hands });
  seat = await takeSeat(browser, page.url);
});
afterEach(async () => {
  expect(seat.scriptErrors).toEqual([]);
  await seat.page.context().close();
  await page.stop();
});

const section = (text: string, button: string | null): Block => ({
  type: "section",
  block_id: "row",
  text: { type: "mrkdwn", text },
  ...(button === null
    ? {}
    : {
        accessory: {
          type: "button",
          action_id: button,
          value: "1",
          text: { type: "plain_text", text: button },
        },
      }),
});

const isFocused = (where: Locator): Promise<boolean> =>
  where.evaluate((element) => element === element.ownerDocument.activeElement);

it("half-typed text, the caret in it and the focus survive a new message and an update of an old one", async () => {
  const message = world.post({ blocks: [section("first", null)] });
  await seat.box.fill("the pointer will move at");
  await seat.box.press("Home");
  await seat.box.press("ArrowRight");
  message.blocks = [section("second", null)];
  world.post({ text: "somebody else wrote" });
  await seat.channel.getByText("somebody else wrote").waitFor();
  await seat.channel.getByText("second").waitFor();
  expect(await seat.box.inputValue()).toBe("the pointer will move at");
  expect(await isFocused(seat.box)).toBe(true);
  await seat.page.keyboard.type("|");
  expect(await seat.box.inputValue()).toBe("t|he pointer will move at");
});

it("what is sent before the message before it was answered is sent after it, and not lost", async () => {
  const texts: string[] = [];
  let answerFirst = (): void => undefined;
  const isAsked = new Promise<void>((first) => {
    void seat.page.route("**/do", async (route) => {
      texts.push(route.request().postDataJSON().text);
      if (texts.length === 1) {
        first();
        await new Promise<void>((resolve) => {
          answerFirst = resolve;
        });
      }
      await route.fulfill({ json: { ok: true } });
    });
  });
  await seat.box.fill("first");
  await seat.box.press("Enter");
  await isAsked;
  await seat.box.fill("second");
  await seat.box.press("Enter");
  expect(await seat.box.inputValue()).toBe("");
  expect(texts).toEqual(["first"]);
  answerFirst();
  await expect.poll(() => texts).toEqual(["first", "second"]);
});

it("a focused button keeps the focus while everything around it in its message changes", async () => {
  const message = world.post({ blocks: [section("1 of 9 checks", "Sign")] });
  const sign = seat.channel.getByRole("button", { name: "Sign" });
  await sign.focus();
  message.blocks = [
    { type: "header", block_id: "new", text: { type: "plain_text", text: "on top" } },
    section("9 of 9 checks", "Sign"),
  ];
  world.changed();
  await seat.channel.getByText("9 of 9 checks").waitFor();
  expect(await isFocused(sign)).toBe(true);
});

it("when the focused button goes away, the focus stays at its message and not at the top of the page", async () => {
  const message = world.post({ blocks: [section("to sign", "Sign")] });
  await seat.channel.getByRole("button", { name: "Sign" }).focus();
  message.blocks = [section("signed", "Withdraw")];
  world.changed();
  await seat.channel.getByText("signed", { exact: true }).waitFor();
  expect(await isFocused(seat.channel.getByRole("article"))).toBe(true);
});

it("a disclosure that the reader opened stays open while its contents are updated", async () => {
  const message = world.post({ blocks: evidenceBlocks() });
  const query = seat.channel.getByText("SELECT count(*)");
  expect(await query.isVisible()).toBe(false);
  await seat.channel.getByText("Evidence: prefix-leakage").click();
  await query.waitFor();
  message.blocks = JSON.parse(JSON.stringify(evidenceBlocks()).replace("FROM chunk", "FROM other_chunk"));
  world.changed();
  await seat.channel.getByText("FROM other_chunk").waitFor();
  expect(await query.isVisible()).toBe(true);
});

it("a half-filled modal keeps its text, its choice and the focus when the app updates the view", async () => {
  world.show("UROSA", [modal("v1", "UROSA", reasonView())]);
  const reason = seat.dialog.getByRole("textbox", { name: "Reason" });
  await seat.dialog.getByRole("combobox", { name: "Until" }).selectOption("48 hours");
  await reason.fill("three chunks of a retired");
  const news = JSON.stringify(reasonView()).replace("3 chunks of 41,220", "4 chunks of 41,220");
  world.show("UROSA", [{ ...modal("v1", "UROSA", JSON.parse(news)), errors: { reason: "Say a little more." } }]);
  await seat.dialog.getByText("4 chunks of 41,220").waitFor();
  await seat.dialog.getByRole("alert").getByText("Say a little more.").waitFor();
  expect(await reason.inputValue()).toBe("three chunks of a retired");
  expect(await isFocused(reason)).toBe(true);
  expect(await seat.dialog.getByRole("combobox", { name: "Until" }).inputValue()).toBe("48");
});

it("a reader who scrolled up stays there and is told of a new message", async () => {
  for (let i = 0; i < 60; i += 1) world.post({ text: `line ${i}` });
  await seat.channel.getByText("line 59").waitFor();
  await seat.channel.getByText("line 3", { exact: true }).scrollIntoViewIfNeeded();
  const before = await seat.channel.evaluate((pane) => pane.scrollTop);
  world.post({ text: "the newest" });
  const jump = seat.page.getByRole("button", { name: "New messages" });
  await jump.waitFor();
  expect(await seat.channel.evaluate((pane) => pane.scrollTop)).toBe(before);
  await jump.click();
  await seat.channel.getByText("the newest").waitFor();
  expect(await seat.channel.getByText("the newest").isVisible()).toBe(true);
});
