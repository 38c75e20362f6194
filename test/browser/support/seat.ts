import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

/** One person's browser tab, used as a person uses it: by what stands on the page, by roles and names. */
export type Seat = {
  readonly page: Page;
  /** The channel's messages. */
  readonly channel: Locator;
  /** The box to type in. */
  readonly box: Locator;
  /** The newest release message of the channel. */
  readonly release: Locator;
  /** What the app said to this person alone, newest last. */
  readonly onlyMe: Locator;
  /** The modal that is open. */
  readonly dialog: Locator;
  /** Changes who sits here, by a click in the rail. */
  become(name: string): Promise<void>;
  /** Types a line and sends it with Enter. */
  send(text: string): Promise<void>;
  /** Presses the sign-off button of the item whose title begins like this. */
  sign(title: string): Promise<void>;
  /** Does something, and reads the new ephemeral answer to it. */
  answerTo(deed: () => Promise<void>): Promise<string>;
  /** Waves away everything that was said to this person alone. */
  dismissAll(): Promise<void>;
  /** Errors that the page's own scripts threw. */
  readonly scriptErrors: readonly string[];
};

const LAPTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 };

/** Opens the page in a fresh profile and waits until its first redraw is there. */
export async function takeSeat(browser: Browser, url: string, look: BrowserContextOptions = {}): Promise<Seat> {
  const context = await browser.newContext({ ...LAPTOP, locale: "en-GB", timezoneId: "UTC", ...look });
  const page = await context.newPage();
  // A machine that is busy with other things runs two dozen checks in a minute or two.
  page.setDefaultTimeout(120_000);
  const scriptErrors: string[] = [];
  page.on("pageerror", (error) => scriptErrors.push(error.message));
  const channel = page.getByRole("log", { name: /^Messages in / });
  const box = page.getByRole("textbox", { name: /^Message #/ });
  const release = channel
    .getByRole("article", { name: /^Golive/ })
    .filter({ has: page.getByRole("heading", { name: "→" }) })
    .last();
  const onlyMe = channel.getByRole("article").filter({ hasText: "Only visible to you" });

  const send = async (text: string): Promise<void> => {
    await box.fill(text);
    await box.press("Enter");
  };
  await page.goto(url);
  await box.waitFor();
  return {
    page,
    channel,
    box,
    release,
    onlyMe,
    scriptErrors,
    send,
    dialog: page.getByRole("dialog"),
    async become(name) {
      const person = page.getByRole("navigation").getByRole("link", { name });
      await person.click();
      await page.getByText(`as ${name}`, { exact: true }).waitFor();
    },
    async sign(title) {
      await release.getByRole("button", { name: `Sign ${title}` }).click();
    },
    async answerTo(deed) {
      const before = await onlyMe.count();
      await deed();
      const answer = onlyMe.nth(before);
      await answer.waitFor();
      return answer.innerText();
    },
    async dismissAll() {
      for (let left = await onlyMe.count(); left > 0; left -= 1) {
        await onlyMe.last().hover();
        await onlyMe.last().getByRole("button", { name: "Dismiss" }).click();
        await onlyMe.nth(left - 1).waitFor({ state: "detached" });
      }
    },
  };
}
