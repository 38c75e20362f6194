import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Control } from "#sandbox/page/extras";
import { type Page, startPage } from "#sandbox/page/start-page";
import { createFakeWorld, type FakeWorld, modal, morning } from "#test/page/fake-world";
import { reasonView, releaseBlocks } from "#test/page/release-blocks";
import { act, ask, openTab, type Tab } from "#test/page/tab";

let world: FakeWorld;
let page: Page;
let tabs: Tab[];
let control: Control;

beforeEach(async () => {
  world = createFakeWorld();
  tabs = [];
  control = {
    id: "limit",
    label: "Answer 429",
    about: "for 10 s",
    run: async (by, channel) => ({ ok: false, error: `${by} ${channel}` }),
  };
  page = await startPage({ world, hands: world.hands, extras: { controls: [control], now: () => morning } });
});

afterEach(async () => {
  for (const tab of tabs) tab.close();
  await page.stop();
});

const look = async (query: string): Promise<Tab> => {
  const tab = await openTab(page.url, query);
  tabs.push(tab);
  await tab.until((shown) => "messages" in shown);
  return tab;
};

describe("a tab", () => {
  test("is brought to somebody's first channel, and served without anything from outside", async () => {
    const away = await ask(page.url, "/");
    expect([away.status, away.headers.location]).toEqual([302, "/?as=UROSA&channel=CREL"]);
    const shell = await ask(page.url, "/?as=UROSA&channel=CREL");
    expect(shell.status).toBe(200);
    expect(shell.headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'self'/);
    for (const [, path] of shell.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await ask(page.url, path ?? "")).status).toBe(200);
    }
  });

  test("gets every fragment at once, then only those that changed", async () => {
    const tab = await look("as=UROSA&channel=CREL");
    expect(tab.events[0]).toEqual(["rail", "channel-head", "messages", "composer", "thread", "modals"]);
    world.post({ user: "UDAN", text: "hello *there*" });
    await tab.until(({ messages }) => messages?.includes("hello <strong>there</strong>") === true);
    expect(tab.events.slice(1)).toEqual([["messages"]]);
  });

  test("gets a burst of changes as one redraw", async () => {
    const tab = await look("as=UROSA&channel=CREL");
    for (let i = 0; i < 50; i += 1) world.post({ text: `note ${i}.` });
    await tab.until(({ messages }) => messages?.includes("note 49.") === true);
    expect(tab.events.length).toBeLessThan(5);
  });

  test("shows an updated message in place and drops a deleted one", async () => {
    const message = world.post({ text: "x", blocks: releaseBlocks(morning) });
    const tab = await look("as=UROSA&channel=CREL");
    message.blocks = [{ type: "header", text: { type: "plain_text", text: "Live: run b" } }];
    world.changed();
    await tab.until(({ messages }) => messages?.includes("Live: run b") === true);
    expect(tab.shown.messages).not.toContain("What blocks the cutover");
    world.remove(message.ts);
    await tab.until(({ messages }) => !messages?.includes("Live: run b"));
  });

  test("shows ephemeral messages to their reader only, until waved away", async () => {
    const rosa = await look("as=UROSA&channel=CREL");
    const dan = await look("as=UDAN&channel=CREL");
    const whisper = world.post({ ephemeralFor: "UROSA", text: "You can't sign." });
    world.post({ text: "For all." });
    await rosa.until(({ messages }) => messages?.includes("For all.") === true);
    await dan.until(({ messages }) => messages?.includes("For all.") === true);
    expect(rosa.shown.messages).toMatch(/Only visible to you.*You can&#39;t sign\./s);
    expect(dan.shown.messages).not.toContain("sign.");
    await act(page.url, { kind: "dismiss", user: "UROSA", ts: whisper.ts });
    await rosa.until(({ messages }) => !messages?.includes("sign."));
  });

  test("opens a thread beside the channel; replies stay out of the channel", async () => {
    const parent = world.post({ text: "Release." });
    world.post({ threadTs: parent.ts, text: "Started." });
    world.post({ threadTs: parent.ts, text: "Gate failed." });
    const tab = await look(`as=UROSA&channel=CREL&thread=${parent.ts}`);
    expect(tab.shown.messages).toContain("2 replies");
    expect(tab.shown.messages).not.toContain("Gate failed.");
    expect(tab.shown.thread).toMatch(/Release\..*2 replies.*Started\..*Gate failed\./s);
    world.remove(parent.ts);
    await tab.until(({ thread }) => thread?.includes("was deleted") === true);
  });

  test("marks what one has not seen, for channels and for the people one could be", async () => {
    const tab = await look("as=UROSA&channel=CREL");
    world.post({ channel: "CGEN", user: "UDAN", text: "lunch" });
    world.post({ channel: "DDAN", text: "sign please" });
    await tab.until(({ rail }) => /#<\/span><span class="room-name">general.*1 unread/s.test(rail ?? ""));
    expect(tab.shown.rail).toMatch(/Dan Ito.*unread direct message/s);
    expect(tab.shown.rail).not.toContain("?as=UROSA&amp;channel=DDAN");
    const reading = await look("as=UROSA&channel=CGEN");
    expect(reading.shown.messages).toContain("lunch");
    await tab.until(({ rail }) => !/ unread</.test(rail ?? ""));
  });

  test("says who is a guest, from elsewhere, deactivated; apps can't be played", async () => {
    const { rail } = (await look("as=USTEN&channel=CREL")).shown;
    expect(rail).toMatch(/Gus Hale.*>Guest<.*Sten Falk.*>Other organisation<.*Dora Kern.*>Deactivated</s);
    expect(rail).not.toContain("as=UBOT");
    expect(rail).toMatch(/as=USTEN[^>]*aria-current="true"/);
  });

  test("shows the stack of modals, the top one open, errors under their inputs", async () => {
    world.show("UROSA", [
      modal("V1", "UROSA", reasonView()),
      modal("V2", "UROSA", reasonView(), { reason: "Too short.", gone: "Stray." }),
    ]);
    const { modals } = (await look("as=UROSA")).shown;
    expect(modals?.match(/ data-top/g)).toHaveLength(1);
    expect(modals).toMatch(/data-view="V1".*data-view="V2" data-top/s);
    expect(modals).toMatch(/Stray\..*id="v-V2-reason-error" role="alert">Too short\./s);
    expect((await look("as=UDAN")).shown.modals).toBe('<div id="modals"></div>');
  });

  test("renders dates in the browser's zone, and in UTC for a zone that nobody knows", async () => {
    world.post({ text: `<!date^${morning / 1000}^{time}|x>` });
    expect((await look("as=UROSA&tz=Asia/Tokyo")).shown.messages).toContain(">18:00</time>");
    expect((await look("as=UROSA&tz=Moon/Base")).shown.messages).toContain(">09:00</time>");
  });

  test("closes the box of an archived channel", async () => {
    const channel = world.channels[0];
    if (channel) channel.archived = true;
    expect((await look("as=UROSA&channel=CREL")).shown.composer).toContain("This channel is archived");
  });
});

describe("what a person does", () => {
  const at = { channel: "CREL", ts: "1.0" };
  test.each([
    [{ kind: "say", channel: "CREL", text: "hi /golive" }, ["say", "UROSA", "CREL", "hi /golive", undefined]],
    [{ kind: "say", channel: "CREL", text: "ok", threadTs: "1.0" }, ["say", "UROSA", "CREL", "ok", "1.0"]],
    [
      { kind: "say", channel: "CREL", text: " /golive  start docs " },
      ["command", "UROSA", "CREL", "/golive", "start docs"],
    ],
    [{ kind: "say", channel: "CREL", text: "/golive" }, ["command", "UROSA", "CREL", "/golive", ""]],
    [{ kind: "click", at, blockId: "b", actionId: "sign" }, ["click", "UROSA", at, "b", "sign", undefined]],
    [
      { kind: "click", at: { viewId: "V1" }, blockId: "", actionId: "s", selected: "a,b" },
      ["click", "UROSA", { viewId: "V1" }, "", "s", "a,b"],
    ],
    [{ kind: "submit", viewId: "V1", values: { b: { a: "x" } } }, ["submit", "UROSA", "V1", { b: { a: "x" } }]],
    [{ kind: "close", viewId: "V1" }, ["closeView", "UROSA", "V1"]],
    [{ kind: "delete", ...at }, ["deleteMessage", "CREL", "1.0"]],
  ])("%j reaches the hands", async (deed, call) => {
    const answer = await act(page.url, { user: "UROSA", ...deed });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { ok: true }]);
    expect(world.deeds).toEqual([call]);
  });

  test("a failure comes back as the sentence it is", async () => {
    world.outcome = { ok: false, error: "This app didn't respond in time." };
    const answer = await act(page.url, { kind: "say", user: "UROSA", channel: "CREL", text: "/golive status" });
    expect(JSON.parse(answer.body)).toEqual(world.outcome);
  });

  test("hands that throw are a sentence too", async () => {
    world.hands.say = () => Promise.reject(new Error("socket hang up"));
    const answer = await act(page.url, { kind: "say", user: "UROSA", channel: "CREL", text: "x" });
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({ ok: false, error: "The sandbox failed: socket hang up" });
  });

  test("unknown commands and commands in threads are refused as Slack does, and reach nobody", async () => {
    const unknown = await act(page.url, { kind: "say", user: "UROSA", channel: "CREL", text: "/golve start" });
    expect(JSON.parse(unknown.body).error).toMatch(/^\/golve is not a valid command\..*\/golive, \/canary/);
    const threaded = await act(page.url, {
      kind: "say",
      user: "UROSA",
      channel: "CREL",
      text: "/golive status",
      threadTs: "1.0",
    });
    expect(JSON.parse(threaded.body).error).toBe("/golive is not supported in threads. Sorry!");
    expect(world.deeds).toEqual([]);
  });

  test("a path is not a command", async () => {
    await act(page.url, { kind: "say", user: "UROSA", channel: "CREL", text: "/etc/hosts is odd" });
    expect(world.deeds[0]?.[0]).toBe("say");
  });

  test("what is wrong with an input is not said twice", async () => {
    world.outcome = { ok: false, error: "Please complete this required field." };
    world.show("UROSA", [modal("V1", "UROSA", reasonView(), { reason: "Please complete this required field." })]);
    const answer = await act(page.url, { kind: "submit", user: "UROSA", viewId: "V1", values: {} });
    expect(JSON.parse(answer.body)).toEqual({ ok: true });
  });

  test("a control of the sandbox learns who pressed it and where", async () => {
    const answer = await act(page.url, { kind: "control", user: "UROSA", channel: "CREL", id: "limit" });
    expect(JSON.parse(answer.body)).toEqual({ ok: false, error: "UROSA CREL" });
  });
});

describe("strangers", () => {
  const deed = JSON.stringify({ kind: "say", user: "UROSA", channel: "CREL", text: "x" });
  const post = (headers: Record<string, string>, body = deed) =>
    ask(page.url, "/do", { method: "POST", headers, body });
  const own = () => page.url.slice(0, -1);
  const json = { "content-type": "application/json" };

  test("another site's request is refused", async () => {
    expect((await post({ ...json, origin: "https://evil.example" })).status).toBe(403);
    expect((await post({ ...json, origin: "null" })).status).toBe(403);
    expect((await post(json)).status).toBe(403);
    expect((await post({ ...json, origin: `${own()}1` })).status).toBe(403);
    expect(world.deeds).toEqual([]);
  });

  test("a form post is refused, for another site could send it without asking", async () => {
    expect((await post({ origin: own(), "content-type": "text/plain" })).status).toBe(403);
    expect(world.deeds).toEqual([]);
  });

  test("a rebound name is refused, for reading too", async () => {
    const { port } = new URL(page.url);
    for (const path of ["/?as=UROSA", "/events", "/static/client.js"]) {
      expect((await ask(page.url, path, { headers: { host: `evil.example:${port}` } })).status).toBe(403);
    }
    const rebound = { ...json, host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
    expect((await post(rebound)).status).toBe(403);
    expect((await ask(page.url, "/?as=UROSA", { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  test.each([
    ["no JSON", "{"],
    ["no deed", "{}"],
    ["an unknown kind", '{"kind":"eval","user":"U"}'],
    ["too much", JSON.stringify({ kind: "say", user: "UROSA", channel: "C", text: "x".repeat(50_000) })],
  ])("%s is a 400", async (_, body) => {
    expect((await post({ ...json, origin: own() }, body)).status).toBe(400);
    expect(world.deeds).toEqual([]);
  });

  test("nothing outside of the static folder is served", async () => {
    for (const path of ["/static/../start-page.ts", "/static/%2e%2e/guard.ts", "/package.json", "/static/toString"]) {
      expect((await ask(page.url, path)).status).toBe(404);
    }
  });

  test("the page listens on loopback only", async () => {
    await expect(startPage({ world, hands: world.hands, host: "0.0.0.0" })).rejects.toThrow(/loopback only/);
  });
});

describe("files", () => {
  const file = (id: string, mimetype: string) => ({
    id,
    name: `${id}.bin`,
    title: id,
    mimetype,
    bytes: Buffer.from("abc"),
  });

  test("pictures are shown, all else is downloaded, and only to those who see the message", async () => {
    world.post({ channel: "DDAN", files: [file("F1", "image/png"), file("F2", "text/html")] });
    const tab = await look("as=UDAN&channel=DDAN");
    expect(tab.shown.messages).toContain('<img src="/file/F1?as=UDAN"');
    expect(tab.shown.messages).toContain('download="F2.bin"');
    const picture = await ask(page.url, "/file/F1?as=UDAN");
    expect([picture.status, picture.headers["content-type"], picture.body]).toEqual([200, "image/png", "abc"]);
    const other = await ask(page.url, "/file/F2?as=UDAN");
    expect([other.headers["content-type"], other.headers["content-disposition"]]).toEqual([
      "application/octet-stream",
      "attachment",
    ]);
    expect((await ask(page.url, "/file/F1?as=UROSA")).status).toBe(404);
  });
});

describe("the app's Home", () => {
  const blocks = (text: string) => ({ type: "home", blocks: [{ type: "section", text: { type: "mrkdwn", text } }] });

  test("the app is told who looks, and what it publishes for them takes the place of the messages", async () => {
    const tab = await look("as=UDAN&home=1");
    expect(world.deeds).toEqual([["openHome", "UDAN"]]);
    expect(tab.shown.messages).toContain("has not published a Home for Dan Ito");
    world.publish("UDAN", blocks("*Nothing* waits for you <https://evil|&lt;b&gt;>"));
    await tab.until(({ messages }) => messages?.includes("<strong>Nothing</strong> waits for you") === true);
    expect(tab.shown["channel-head"]).toContain("Golive Home");
    expect(tab.shown.composer).toContain("hidden");
    expect(tab.shown.rail).toContain('href="/?as=UROSA&amp;home=1"');
  });

  test("is one's own, and a permalink in it leads to the message on this page", async () => {
    world.publish("UDAN", blocks("for Dan"));
    const { ts } = world.post({ text: "the release" });
    world.publish("UROSA", blocks(`<https://harbor-docs.slack.com/archives/CREL/p${ts.replace(".", "")}|Open>`));
    const tab = await look("as=UROSA&home=1");
    expect(tab.shown.messages).not.toContain("for Dan");
    expect(tab.shown.messages).toContain(`href="/?as=UROSA&amp;channel=CREL" data-go data-back="m-${ts}"`);
  });
});
