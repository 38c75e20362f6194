import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureLiveRun, ingestNext, readLive } from "#sandbox/demo/populate";
import { holdChunks } from "#test/browser/support/hold-chunks";
import { CORPUS, type Demo, openDemo } from "#test/browser/support/open-demo";
import type { Seat } from "#test/browser/support/seat";
import { takePicture } from "#test/browser/support/take-picture";

/** One afternoon in #release, told by clicks: each test begins where the one before ended. */
let demo: Demo;
let seat: Seat;
const ONE_LIVE = { run: "run-1", config: "v1" };

beforeAll(async () => {
  demo = await openDemo();
  await ensureLiveRun(demo.house.ragUrl, CORPUS);
  seat = await demo.sit();
});
afterAll(() => demo?.stop());

const pointer = () => readLive(demo.house.ragUrl);
const checksDone = () =>
  seat.release
    .getByText(/(\d\d) of \1 checks(?! pass)/)
    .first()
    .waitFor();

describe("a candidate that leaks the ingestion prefix", () => {
  it("completion offers the command and its words, and Tab takes them", async () => {
    const { box, page } = seat;
    const offer = page.getByRole("listbox", { name: "Commands" }).getByRole("option");
    await box.pressSequentially("/gol");
    expect(await offer.allInnerTexts()).toEqual([expect.stringContaining("/golive")]);
    await box.press("Tab");
    await box.pressSequentially("sta");
    expect((await offer.allInnerTexts()).map((text) => text.split("\n")[0])).toEqual([
      expect.stringMatching(/^\/golive start \[service\] \[run\]/),
      expect.stringMatching(/^\/golive status/),
    ]);
    await box.press("Tab");
    expect(await box.inputValue()).toBe("/golive start ");
  });

  it("one message appears at once and lives: pending, running, then every check with its answer", async () => {
    await ingestNext(demo.house.ragUrl, CORPUS, { leakPrefix: 3 });
    const hold = await holdChunks(demo.house.ragUrl);
    const running = seat.release.getByText(/⏳ running: .*Token budget/);
    try {
      await seat.box.press("Enter");
      await seat.release.waitFor();
      expect(await seat.release.getByRole("heading").innerText()).toBe("support-docs → run-2");
      await seat.release.getByText(/pending: .*Token budget/).waitFor();
      // Freezing the manifest reads the chunks too: those reads pass, the gates' are held.
      const seen = (): Promise<boolean> =>
        running.waitFor({ timeout: 1_500 }).then(
          () => true,
          () => false,
        );
      do await hold.step();
      while (!(await seen()));
      await seat.release.getByText(/^⏳ checking · \S+ \d+ of 24 checks · 0 of 6 sign-offs/).waitFor();
      await takePicture("start", seat.page);
    } finally {
      await hold.letGo();
    }
    await checksDone();
    expect(await seat.channel.getByRole("heading", { name: "→" }).count()).toBe(1);
  });

  it("the failed gate stands first, with its number; nobody is offered to cut over", async () => {
    await seat.release.getByText(/^❌ blocked/).waitFor();
    expect(await seat.release.innerText()).toMatch(
      /What blocks the cutover\s+prefix-leakage: 3 of \d+ chunks begin with the ingestion prefix/,
    );
    await seat.release.getByText(/❌ fail · Prefix leakage.*: 3 of \d+ chunks/).waitFor();
    expect(await seat.release.getByRole("button", { name: "Cut over" }).count()).toBe(0);
    await takePicture("blocked", seat.page);
  });

  it("Details opens the evidence: what failed first, value against bar, the query, how fresh, what to do", async () => {
    await seat.release.getByRole("button", { name: "Details of Health gates" }).click();
    const evidence = seat.page.getByRole("dialog", { name: "Health gates" });
    await evidence.getByText(/❌ fail · Prefix leakage/).waitFor();
    const text = await evidence.innerText();
    for (const part of [
      /Value: 3 of \d+ chunks · bar: 0 chunks/,
      /What to do: /,
      /fresh until/,
      /SELECT/,
      /Evidence \w{8}/,
    ]) {
      expect(text).toMatch(part);
    }
    expect(text.indexOf("Prefix leakage")).toBeLessThan(text.indexOf("Token budget"));
    await takePicture("details", seat.page);
    await seat.page.keyboard.press("Escape");
    await evidence.waitFor({ state: "detached" });
  });

  it("cancelling asks why, says so in the message, and leaves the pointer alone", async () => {
    await seat.release.getByRole("button", { name: "Cancel release" }).click();
    await seat.dialog.getByRole("textbox", { name: "Why?" }).fill("The candidate leaks its ingestion prefix");
    await seat.dialog.getByRole("button", { name: "Cancel release" }).click();
    await seat.release.getByText(/Cancelled by Rosa Lind .*: The candidate leaks its ingestion prefix/).waitFor();
    expect(await seat.release.getByRole("button", { name: /^(Sign|Cut over|Cancel)/ }).count()).toBe(0);
    expect(await pointer()).toEqual(ONE_LIVE);
  });
});

describe("a clean candidate", () => {
  it("asks for five sign-offs once its checks pass", async () => {
    await ingestNext(demo.house.ragUrl, CORPUS);
    await seat.send("/golive start");
    await seat.release.getByRole("heading", { name: "run-3" }).waitFor();
    await checksDone();
    await seat.release.getByText(/^✍️ signing · /).waitFor();
    expect(await seat.release.getByRole("button", { name: /^Sign / }).count()).toBe(5);
  });

  it("a guest, somebody of another organisation and the requester are told why not, and who can", async () => {
    const answers: string[] = [];
    for (const name of ["Gus Hale", "Sten Falk", "Rosa Lind"]) {
      await seat.become(name);
      answers.push(await seat.answerTo(() => seat.sign("Data quality")));
    }
    const [guest = "", stranger = "", requester = ""] = answers;
    expect(guest).toMatch(/you're a guest here/);
    expect(stranger).toMatch(/belongs to another organisation/);
    expect(requester).toMatch(/needs the role data-lead \(Dan Ito and Mei Sato\)/);
    expect(requester).toMatch(/You're the requester of this release/);
    await seat.onlyMe.last().scrollIntoViewIfNeeded();
    await takePicture("refusal", seat.page);
    await seat.dismissAll();
    expect(await seat.release.getByText(/^✅ signed/).count()).toBe(0);
  });

  it("a named approver signs, withdraws, and signs again", async () => {
    await seat.become("Dan Ito");
    await seat.sign("Data quality");
    const signed = seat.release.getByText(/^✅ signed · Data quality of the candidate run by Dan Ito/);
    await signed.waitFor();
    await seat.release.getByRole("button", { name: "Withdraw from Data quality" }).click();
    await signed.waitFor({ state: "detached" });
    await seat.sign("Data quality");
    await signed.waitFor();
  });

  it("a quorum of two needs two people: the same one twice is refused, and Cut over stays away", async () => {
    await seat.become("Ines Roy");
    await seat.sign("Go-ahead");
    await seat.release.getByText(/1 of 2 signed by Ines Roy/).waitFor();
    const again = await seat.answerTo(() => seat.sign("Go-ahead"));
    expect(again).toMatch(/signed Go-ahead for production already.*another person/);
    await seat.become("Mila Berg");
    await seat.sign("Accuracy");
    await seat.release.getByText(/^✅ signed · Accuracy.* by Mila Berg/).waitFor();
    await takePicture("signing", seat.page);
    await seat.become("Omar Haddad");
    for (const title of ["Team notified", "Monitoring dashboards"]) {
      await seat.sign(title);
      await seat.release.getByText(new RegExp(`^✅ signed · ${title}.* by Omar Haddad`)).waitFor();
    }
    expect(await seat.release.getByRole("button", { name: "Cut over" }).count()).toBe(0);
    await seat.become("Tom Vega");
    await seat.sign("Go-ahead");
    await seat.release.getByText(/2 of 2 signed by Ines Roy .*, Tom Vega/).waitFor();
  });

  it("ready: Cut over stands beside what it will do; who may not is refused, and Not yet does nothing", async () => {
    await seat.become("Mila Berg");
    const cutOver = seat.release.getByRole("button", { name: "Cut over" });
    await seat.release
      .getByText("Nothing blocks the cutover. Cut over flips support-docs from run-1 to run-3")
      .waitFor();
    const refused = await seat.answerTo(async () => {
      await cutOver.click();
      await seat.dialog.getByRole("button", { name: "Cut over" }).click();
    });
    expect(refused).toMatch(/can't|need|role/i);
    await seat.become("Rosa Lind");
    await takePicture("ready", seat.page);
    await cutOver.click();
    await seat.page.getByRole("dialog", { name: "Cut over support-docs?" }).getByText("run-3").waitFor();
    await seat.dialog.getByRole("button", { name: "Not yet" }).click();
    await cutOver.waitFor();
    expect(await pointer()).toEqual(ONE_LIVE);
  });

  it("Cut over, confirmed, moves the RAG store's pointer, and the message says what is live and what was before", async () => {
    await seat.release.getByRole("button", { name: "Cut over" }).click();
    await seat.dialog.getByRole("button", { name: "Cut over" }).click();
    await seat.release.getByText(/✅ Live: support-docs answers from run-3/).waitFor();
    await seat.release.getByText(/Before: run-1/).waitFor();
    await seat.release.getByText(/Cut over by Rosa Lind/).waitFor();
    expect(await pointer()).toEqual({ run: "run-3", config: "v1" });
    expect(await seat.release.getByRole("button", { name: /^(Sign|Withdraw|Cut over|Cancel)/ }).count()).toBe(0);
    await takePicture("live", seat.page);
  });

  it("the thread tells the story in order", async () => {
    await seat.release.getByRole("button", { name: /repl/ }).click();
    const thread = seat.page.getByRole("complementary", { name: "Thread" });
    await thread
      .getByText(/Live: support-docs answers from run-3/)
      .last()
      .waitFor();
    const story = await thread.innerText();
    const places = [
      /Release #2 started by Rosa Lind/,
      /22 checks pass now, 2 checks do not apply: 24 of 24/,
      /Dan Ito signed Data quality/,
      /Dan Ito withdrew their sign-off of Data quality/,
      /Ines Roy signed Go-ahead.* 1 more needed/,
      /Tom Vega signed Go-ahead.* Nobody else is needed/,
      /Rosa Lind pressed Cut over/,
    ].map((part) => story.search(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    await takePicture("thread", seat.page);
    await seat.page.getByRole("button", { name: "Close thread" }).click();
  });

  it.each([
    ["/golive status", /support-docs answers from run-3/],
    ["/golive help", /\/golive start \[service\]/],
    ["/golive strat", /Did you mean \/golive start\?/],
    ["/canary status", /of 48 h/],
    ["/rollback previous --dry-run", /What changes|run-1/],
  ])("%s is answered to the person who asked, and to nobody else", async (command, words) => {
    expect(await seat.answerTo(() => seat.send(command))).toMatch(words);
    await seat.become("Nora Quist");
    expect(await seat.onlyMe.count()).toBe(0);
    await seat.become("Rosa Lind");
  });

  it("a command that is none is refused by Slack itself, in a notice", async () => {
    await seat.send("/golife start");
    await seat.page.getByRole("alert").getByText("/golife is not a valid command").waitFor();
  });

  it("the page's scripts threw nothing all along", () => {
    expect(seat.scriptErrors).toEqual([]);
  });
});
