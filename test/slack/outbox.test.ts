import type { Pool } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalSlack } from "#sandbox/slack/start";
import { LEASE_MS } from "#src/slack/lease";
import { createOutbox, type Outbox, type OutboxOptions } from "#src/slack/outbox";
import { FILE_KINDS } from "#src/slack/outbox-rows";
import { type Releasers, release, until } from "#test/sandbox/bolt-app";
import {
  CHANNEL,
  callsOf,
  database,
  type HandClock,
  handClock,
  quiet,
  SELF,
  type WireBench,
  wire,
} from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

const PERSON = { kind: "person", user: "U0OMAR" };
const THREAD = { kind: "thread", subject: "r1" };

type Office = {
  readonly pool: Pool;
  readonly slack: LocalSlack;
  readonly clock: HandClock;
  readonly gone: string[];
  write(key: string, target: object, text?: string): Promise<unknown>;
  /** A note that is a file, for the thread. */
  writeFile(key: string): Promise<unknown>;
  /** The release message whose thread the notes go to. */
  postParent(): Promise<string>;
  outbox(options?: Partial<OutboxOptions>): Outbox;
};

async function office(bench?: WireBench): Promise<Office> {
  const { slack, web } = bench ?? (await wire(releasers));
  const pool = await database(releasers);
  const clock = handClock();
  const gone: string[] = [];
  let holders = 0;
  return {
    pool,
    slack,
    clock,
    gone,
    write: (key, target, text = key) =>
      pool.query("INSERT INTO golive.outbox (key, service, target, note) VALUES ($1, 'docs', $2, $3)", [
        key,
        target,
        { kind: "test", text },
      ]),
    writeFile: (key) =>
      pool.query("INSERT INTO golive.outbox (key, service, target, note) VALUES ($1, 'docs', $2, $3)", [
        key,
        THREAD,
        { kind: FILE_KINDS[0], text: key },
      ]),
    async postParent() {
      const { ts } = await web.post({ channel: CHANNEL, text: "the release", blocks: [] });
      await pool.query(
        `INSERT INTO golive.slack_message (subject, service, channel, ts) VALUES ('r1', 'docs', $1, $2)
         ON CONFLICT (subject) DO UPDATE SET ts = $2`,
        [CHANNEL, ts],
      );
      return ts;
    },
    outbox(options = {}) {
      holders += 1;
      return createOutbox({
        pool,
        web,
        selfId: SELF.userId,
        render: async ({ note }) => ({ text: String(note.text ?? `${note.kind}: ${note.because}`), blocks: [] }),
        renderFile: async ({ note }) => ({ name: `${note.text}.yaml`, title: String(note.text), text: "a: 1\n" }),
        now: clock.now,
        log: quiet,
        holder: `test-${holders}`,
        onThreadGone: async (channel, ts) => {
          gone.push(`${channel} ${ts}`);
        },
        ...options,
      });
    },
  };
}

const inThread = (slack: LocalSlack, parent: string) =>
  slack.workspace
    .messages(CHANNEL, "U0ROSA")
    .filter(({ threadTs }) => threadTs === parent)
    .map(({ text }) => text);
const toOmar = (slack: LocalSlack) => slack.workspace.messages("D00OMAR", "U0OMAR").map(({ text }) => text);
/** Names of the files in the thread, as people find them. */
const filesIn = (slack: LocalSlack, parent: string) =>
  slack.workspace
    .messages(CHANNEL, "U0ROSA")
    .filter(({ threadTs }) => threadTs === parent)
    .flatMap(({ files }) => files.map(({ name, bytes }) => `${name} ${bytes.toString().trim()}`));
const stateOf = async (pool: Pool, key: string) => {
  const { rows } = await pool.query("SELECT * FROM golive.outbox WHERE key = $1", [key]);
  return rows[0];
};

/** Passes with a second between them, as the loop would make them. */
async function passes(one: Outbox, clock: HandClock, count: number) {
  for (let index = 0; index < count; index += 1) {
    await one.sendDue();
    clock.pass(1_000);
  }
}

describe("notes and direct messages", () => {
  it("go out once each, a thread's in the order of their facts, at most one a second", async () => {
    const { write, postParent, outbox, slack, clock } = await office();
    const parent = await postParent();
    for (const key of ["a", "b", "c"]) await write(key, THREAD);
    await write("d", PERSON);
    const one = outbox();
    await one.sendDue();
    expect(inThread(slack, parent)).toEqual(["a"]);
    expect(toOmar(slack)).toEqual(["d"]);
    clock.pass(1_000);
    await passes(one, clock, 5);
    expect(inThread(slack, parent)).toEqual(["a", "b", "c"]);
    expect(toOmar(slack)).toEqual(["d"]);
  });

  it("wait for the message whose thread they belong to", async () => {
    const { write, postParent, outbox, slack, clock } = await office();
    await write("a", THREAD);
    const one = outbox();
    await passes(one, clock, 3);
    expect(callsOf(slack, "chat.postMessage")).toBe(0);
    const parent = await postParent();
    await passes(one, clock, 2);
    expect(inThread(slack, parent)).toEqual(["a"]);
  });

  it("are sent once by several replicas", async () => {
    const { write, outbox, slack, clock } = await office();
    for (const key of ["a", "b", "c", "d"]) await write(key, PERSON);
    const replicas = [outbox(), outbox(), outbox()];
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(replicas.map((each) => each.sendDue()));
      clock.pass(1_000);
    }
    expect(toOmar(slack)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("when Slack is in trouble", () => {
  it.each([
    ["a thread", THREAD],
    ["a person", PERSON],
  ])("a note to %s whose answer got lost is found again, not repeated", async (_where, target) => {
    const { write, postParent, outbox, slack, clock, pool } = await office(await wire(releasers, { timeoutMs: 150 }));
    const parent = await postParent();
    await write("a", target);
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    const one = outbox();
    await one.sendDue();
    expect((await stateOf(pool, "a")).state).toBe("sending");
    clock.pass(60_000);
    await one.sendDue();
    expect([...inThread(slack, parent), ...toOmar(slack)]).toEqual(["a"]);
    expect((await stateOf(pool, "a")).state).toBe("sent");
  });

  it("a note of a replica that died while sending is found again, not repeated", async () => {
    const { write, outbox, slack, clock } = await office(await wire(releasers, { timeoutMs: 20_000 }));
    await write("a", PERSON);
    slack.faults.nextCall("chat.postMessage", { kind: "timeout-after" });
    void outbox().sendDue();
    await until("the first replica's note", () => toOmar(slack).length === 1);
    clock.pass(LEASE_MS + 1_000);
    await outbox().sendDue();
    expect(toOmar(slack)).toEqual(["a"]);
  });

  it("a rate limit is waited out", async () => {
    const { write, outbox, slack, clock } = await office();
    await write("a", PERSON);
    slack.faults.nextCall("chat.postMessage", { kind: "ratelimited", retryAfterSeconds: 20 });
    const one = outbox();
    await one.sendDue();
    clock.pass(19_900);
    await one.sendDue();
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
    clock.pass(100);
    await one.sendDue();
    expect(toOmar(slack)).toEqual(["a"]);
  });

  it("a note for somebody who can't be reached is laid aside with the reason, and holds nobody up", async () => {
    const { write, outbox, slack, clock, pool } = await office();
    await write("a", { kind: "person", user: "U0NOBODY" });
    await write("b", PERSON);
    await passes(outbox(), clock, 3);
    expect(await stateOf(pool, "a")).toMatchObject({
      state: "dead",
      last_error: expect.stringContaining("user_not_found"),
    });
    expect(toOmar(slack)).toEqual(["b"]);
  });

  it("a note that can't be worded stays until it can", async () => {
    const { write, outbox, slack, clock } = await office();
    await write("a", PERSON);
    let broken = true;
    const one = outbox({
      render: async () => {
        if (broken) throw new Error("unknown kind");
        return { text: "worded", blocks: [] };
      },
    });
    await passes(one, clock, 2);
    broken = false;
    clock.pass(60_000);
    await one.sendDue();
    expect(toOmar(slack)).toEqual(["worded"]);
  });
});

describe("a file", () => {
  it("comes once into the thread, after what was said before it", async () => {
    const { write, writeFile, postParent, outbox, slack, clock, pool } = await office();
    const parent = await postParent();
    await write("a", THREAD);
    await writeFile("b");
    await passes(outbox(), clock, 4);
    expect(inThread(slack, parent)).toEqual(["a", ""]);
    expect(filesIn(slack, parent)).toEqual(["b.yaml a: 1"]);
    expect(await stateOf(pool, "b")).toMatchObject({ state: "sent", channel: CHANNEL });
  });

  it("whose answer got lost is found in the thread and not shared again", async () => {
    const { writeFile, postParent, outbox, slack, clock, pool } = await office(
      await wire(releasers, { timeoutMs: 150 }),
    );
    const parent = await postParent();
    await writeFile("a");
    slack.faults.nextCall("files.completeUploadExternal", { kind: "timeout-after" });
    const one = outbox();
    await one.sendDue();
    expect((await stateOf(pool, "a")).state).toBe("sending");
    clock.pass(60_000);
    await one.sendDue();
    expect(filesIn(slack, parent)).toEqual(["a.yaml a: 1"]);
    expect(callsOf(slack, "files.completeUploadExternal")).toBe(1);
    expect((await stateOf(pool, "a")).state).toBe("sent");
  });

  it("of a replica that died while sharing is found, not shared again; a person's file of the same name is not ours", async () => {
    const { writeFile, postParent, outbox, slack, clock } = await office(await wire(releasers, { timeoutMs: 20_000 }));
    const parent = await postParent();
    const theirs = { id: "F1", name: "a.yaml", title: "a", mimetype: "text/plain", bytes: Buffer.from("theirs") };
    slack.workspace.messageStore.add({ channel: CHANNEL, user: "U0DAN", text: "", threadTs: parent, files: [theirs] });
    await writeFile("a");
    slack.faults.nextCall("files.completeUploadExternal", { kind: "timeout-before" });
    void outbox().sendDue();
    await until("the first replica's try", () => callsOf(slack, "files.completeUploadExternal") === 1);
    clock.pass(LEASE_MS + 1_000);
    slack.faults.nextCall("files.completeUploadExternal", { kind: "timeout-after" });
    void outbox().sendDue();
    await until("the second replica's file", () => filesIn(slack, parent).length === 2);
    clock.pass(LEASE_MS + 1_000);
    await outbox().sendDue();
    expect(filesIn(slack, parent)).toEqual(["a.yaml theirs", "a.yaml a: 1"]);
  });

  it.each(["files.getUploadURLExternal", "upload"])(
    "that never got as far as being shared (%s) is simply uploaded anew",
    async (step) => {
      const { writeFile, postParent, outbox, slack, clock } = await office();
      const parent = await postParent();
      await writeFile("a");
      slack.faults.nextCall(step, { kind: "server-error" });
      const one = outbox();
      await one.sendDue();
      clock.pass(10_000);
      await one.sendDue();
      expect(filesIn(slack, parent)).toEqual(["a.yaml a: 1"]);
      expect(callsOf(slack, "conversations.replies")).toBe(0);
    },
  );

  it("waits out a rate limit, and nothing that comes later waits with it", async () => {
    const { write, writeFile, postParent, outbox, slack, clock } = await office();
    const parent = await postParent();
    await writeFile("a");
    await write("b", THREAD);
    slack.faults.nextCall("files.getUploadURLExternal", { kind: "ratelimited", retryAfterSeconds: 20 });
    const one = outbox();
    await passes(one, clock, 3);
    expect(inThread(slack, parent)).toEqual(["b"]);
    clock.pass(17_000);
    await one.sendDue();
    expect(filesIn(slack, parent)).toEqual(["a.yaml a: 1"]);
    expect(callsOf(slack, "files.getUploadURLExternal")).toBe(2);
  });

  it.each(["missing_scope", "file_uploads_disabled"])(
    "that this workspace refuses (%s) is laid aside, and the thread is told once",
    async (error) => {
      const { write, writeFile, postParent, outbox, slack, clock, pool } = await office();
      const parent = await postParent();
      slack.faults.someCalls("files.getUploadURLExternal", { kind: "error", error }, 1);
      await writeFile("a");
      await writeFile("b");
      await write("c", THREAD);
      await passes(outbox(), clock, 8);
      expect(inThread(slack, parent).toSorted()).toEqual(["c", `files-refused: ${error}`]);
      expect(await stateOf(pool, "a")).toMatchObject({ state: "dead", last_error: expect.stringContaining(error) });
      expect(await stateOf(pool, "b")).toMatchObject({ state: "dead" });
      expect(callsOf(slack, "files.getUploadURLExternal")).toBe(2);
    },
  );

  it("that can't get through is given up after a while, and the thread is told once", async () => {
    const { writeFile, postParent, outbox, slack, clock } = await office();
    const parent = await postParent();
    slack.faults.someCalls("upload", { kind: "server-error" }, 1);
    await writeFile("a");
    const one = outbox();
    for (let minute = 0; minute < 15; minute += 1) {
      await one.sendDue();
      clock.pass(61_000);
    }
    expect(inThread(slack, parent)).toEqual(["files-refused: HTTP 500"]);
    expect(callsOf(slack, "upload")).toBe(12);
  });
});
