import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LocalSlack } from "#sandbox/slack/start";
import { type Releasers, release, startTestSlack, TOKENS } from "#test/sandbox/bolt-app";
import { at, call, parseAnswer } from "#test/sandbox/web-api-client";

const releasers: Releasers = [];
let slack: LocalSlack;
beforeAll(async () => {
  slack = await startTestSlack(releasers, { mode: "http" });
});
beforeEach(() => slack.faults.clear());
afterAll(() => release(releasers));

const post = (args: Readonly<Record<string, unknown>> = {}) =>
  call(slack, "chat.postMessage", { channel: "C0RELEASE", text: "hello", ...args });

describe("tokens and scopes", () => {
  it.each([
    ["no token at all", "auth.test", null, "not_authed"],
    ["an unknown token", "auth.test", "xoxb-other", "invalid_auth"],
    ["an app token where a bot token belongs", "auth.test", TOKENS.appToken, "not_allowed_token_type"],
    ["a bot token where an app token belongs", "apps.connections.open", TOKENS.botToken, "not_allowed_token_type"],
    ["a method that doesn't exist", "chat.shout", TOKENS.botToken, "unknown_method"],
    ["a method named like an object's own", "constructor", TOKENS.botToken, "unknown_method"],
  ])("%s is refused", async (_, method, token, error) => {
    expect(await call(slack, method, {}, token)).toMatchObject({ ok: false, error });
  });

  it("a token in the form body counts, and auth.test says who the bot is", async () => {
    const body = new URLSearchParams({ token: TOKENS.botToken });
    const response = await fetch(`${slack.apiUrl}auth.test`, { method: "POST", body });
    expect(parseAnswer(await response.text())).toMatchObject({
      ok: true,
      team_id: "T0GOLIVE",
      user_id: "U0GOLIVE",
      bot_id: "B0GOLIVE",
    });
  });

  it("a missing scope is named, with the scopes that there are", async () => {
    const poor = await startTestSlack(releasers, { mode: "http", scopes: ["commands", "chat:write"] });
    expect(await call(poor, "users.info", { user: "U0ROSA" })).toEqual({
      ok: false,
      error: "missing_scope",
      needed: "users:read",
      provided: "commands,chat:write",
    });
  });

  it("calls are logged without the token", async () => {
    await call(slack, "api.test", { token: TOKENS.botToken, foo: "bar" });
    expect(slack.calls.at(-1)).toMatchObject({ method: "api.test", ok: true, error: null, args: { foo: "bar" } });
    expect(JSON.stringify(slack.calls)).not.toContain(TOKENS.botToken);
  });
});

describe("chat", () => {
  it("posts, shows metadata in history only when asked, updates, and deletes", async () => {
    const metadata = { event_type: "release", event_payload: { id: "r1" } };
    const posted = await post({ metadata });
    const ts = String(posted.ts);
    const history = { channel: "C0RELEASE", oldest: ts, inclusive: true };
    expect(at(await call(slack, "conversations.history", history), "messages", 0, "metadata")).toBeUndefined();
    const full = await call(slack, "conversations.history", { ...history, include_all_metadata: true });
    expect(at(full, "messages", 0, "metadata")).toEqual(metadata);

    expect(await call(slack, "chat.update", { channel: "C0RELEASE", ts, text: "changed" })).toMatchObject({
      ok: true,
      text: "changed",
    });
    expect(await call(slack, "chat.delete", { channel: "C0RELEASE", ts })).toMatchObject({ ok: true, ts });
    expect(await call(slack, "chat.update", { channel: "C0RELEASE", ts, text: "x" })).toMatchObject({
      error: "message_not_found",
    });
  });

  it("an update with text alone takes the blocks away and marks the message edited", async () => {
    const blocks = [{ type: "divider" }];
    const ts = String((await post({ blocks })).ts);
    await call(slack, "chat.update", { channel: "C0RELEASE", ts, text: "both", blocks });
    expect(slack.workspace.messageStore.find("C0RELEASE", ts)).toMatchObject({ text: "both", editedAt: null });
    await call(slack, "chat.update", { channel: "C0RELEASE", ts, text: "bare" });
    expect(slack.workspace.messageStore.find("C0RELEASE", ts)?.blocks).toEqual([]);
    expect(slack.workspace.messageStore.find("C0RELEASE", ts)?.editedAt).not.toBeNull();
  });

  it("a reply to a reply lands in the parent's thread, and history shows the parent with its count", async () => {
    const parent = String((await post()).ts);
    const reply = String((await post({ thread_ts: parent, text: "first" })).ts);
    await post({ thread_ts: reply, text: "second" });
    const replies = await call(slack, "conversations.replies", { channel: "C0RELEASE", ts: parent });
    expect([0, 1, 2, 3].map((index) => at(replies, "messages", index, "text"))).toEqual([
      "hello",
      "first",
      "second",
      undefined,
    ]);
    const history = await call(slack, "conversations.history", { channel: "C0RELEASE", limit: 1 });
    expect(at(history, "messages", 0)).toMatchObject({ ts: parent, reply_count: 2 });
    expect(history.has_more).toBe(true);
  });

  it.each([
    ["an unknown channel", { channel: "C0NOWHERE" }, "channel_not_found"],
    ["no words and no blocks", { text: "" }, "no_text"],
    ["text of 40,001 characters", { text: "x".repeat(40_001) }, "msg_too_long"],
    ["blocks that are no list", { blocks: '{"type":"divider"}' }, "invalid_blocks_format"],
    ["metadata without a payload", { metadata: { event_type: "x" } }, "invalid_metadata_format"],
  ])("%s is refused", async (_, args, error) => {
    expect(await post(args)).toMatchObject({ ok: false, error });
  });

  it("an update of more than 4,000 characters is refused, and of somebody else's message too", async () => {
    const ts = String((await post()).ts);
    const update = (more: Readonly<Record<string, unknown>>) =>
      call(slack, "chat.update", { channel: "C0RELEASE", ts, ...more });
    expect(await update({ text: "x".repeat(4_001) })).toMatchObject({ error: "msg_too_long" });
    expect(await update({})).toMatchObject({ error: "no_text" });
    await slack.hands.say("U0MILA", "C0RELEASE", "mine");
    const mine = slack.workspace.messages("C0RELEASE", "U0MILA").at(-1)?.ts;
    expect(await update({ ts: mine, text: "x" })).toMatchObject({ error: "cant_update_message" });
    expect(await call(slack, "chat.delete", { channel: "C0RELEASE", ts: mine })).toMatchObject({
      error: "cant_delete_message",
    });
  });

  it("an ephemeral message is seen by its person alone, is in no history, and can't be updated", async () => {
    const args = { channel: "C0RELEASE", user: "U0DAN", text: "psst" };
    const ts = String((await call(slack, "chat.postEphemeral", args)).message_ts);
    expect(slack.workspace.messages("C0RELEASE", "U0DAN").some((message) => message.ts === ts)).toBe(true);
    expect(slack.workspace.messages("C0RELEASE", "U0MEI").some((message) => message.ts === ts)).toBe(false);
    const history = await call(slack, "conversations.history", { channel: "C0RELEASE" });
    expect(JSON.stringify(history)).not.toContain("psst");
    expect(await call(slack, "chat.update", { channel: "C0RELEASE", ts, text: "x" })).toMatchObject({
      error: "message_not_found",
    });
    expect(await call(slack, "chat.postEphemeral", { ...args, user: "U0DORA" })).toMatchObject({
      error: "user_not_in_channel",
    });
    expect(await call(slack, "chat.postEphemeral", { ...args, user: "U0NOBODY" })).toMatchObject({
      error: "user_not_found",
    });
  });

  it("an archived channel and one without the bot refuse to be written to", async () => {
    const ts = String((await post({ channel: "C0GENERAL" })).ts);
    slack.workspace.archive("C0GENERAL");
    expect(await post({ channel: "C0GENERAL" })).toMatchObject({ error: "is_archived" });
    expect(await call(slack, "chat.update", { channel: "C0GENERAL", ts, text: "x" })).toMatchObject({
      error: "is_inactive",
    });
    slack.workspace.unarchive("C0GENERAL");
    slack.workspace.removeBot("C0GENERAL");
    expect(await post({ channel: "C0GENERAL" })).toMatchObject({ error: "not_in_channel" });
    expect(await call(slack, "conversations.history", { channel: "C0GENERAL" })).toMatchObject({
      error: "not_in_channel",
    });
    slack.workspace.inviteBot("C0GENERAL");
    expect(await post({ channel: "C0GENERAL" })).toMatchObject({ ok: true });
  });
});

describe("people, groups, channels", () => {
  it("guest, stranger, bot and deactivated person are told apart", async () => {
    const user = async (id: string) => at(await call(slack, "users.info", { user: id }), "user");
    expect(await user("U0GUS")).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
    expect(await user("U0STEN")).toMatchObject({ team_id: "T0OTHER", is_stranger: false });
    expect(await user("U0GOLIVE")).toMatchObject({ is_bot: true });
    expect(await user("U0DORA")).toMatchObject({ deleted: true });
    expect(await call(slack, "users.info", { user: "U0NOBODY" })).toMatchObject({ error: "user_not_found" });
  });

  it("a person of another team is a stranger as soon as no channel is shared with the app", async () => {
    slack.workspace.leave("C0RELEASE", "U0STEN");
    slack.workspace.leave("C0GENERAL", "U0STEN");
    expect(await call(slack, "users.info", { user: "U0STEN" })).toMatchObject({ user: { is_stranger: true } });
    slack.workspace.shareExternally("C0RELEASE");
    expect(await call(slack, "users.info", { user: "U0STEN" })).toMatchObject({ user: { is_stranger: false } });
    expect(await call(slack, "conversations.info", { channel: "C0RELEASE" })).toMatchObject({
      channel: { is_ext_shared: true, is_shared: true },
    });
    slack.workspace.unshareExternally("C0RELEASE");
  });

  it("groups list their users, and an unknown one is refused", async () => {
    expect(await call(slack, "usergroups.users.list", { usergroup: "S0RELEASE" })).toEqual({
      ok: true,
      users: ["U0INES", "U0TOM"],
    });
    expect(await call(slack, "usergroups.users.list", { usergroup: "S0" })).toMatchObject({ error: "no_such_subteam" });
    const groups = await call(slack, "usergroups.list", { include_users: true });
    expect(at(groups, "usergroups", 1)).toMatchObject({ handle: "on-call", users: ["U0OMAR"] });
  });

  it("lists come in pages", async () => {
    const first = await call(slack, "users.list", { limit: 6 });
    const cursor = at(first, "response_metadata", "next_cursor");
    const second = await call(slack, "users.list", { limit: 6, cursor });
    const ids = [...Array(6).keys()].flatMap((index) => [
      at(first, "members", index, "id"),
      at(second, "members", index, "id"),
    ]);
    expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(12);
    expect(at(second, "response_metadata", "next_cursor")).toBe("");
  });

  it("a direct message is opened once, and not with a deactivated person", async () => {
    const opened = await call(slack, "conversations.open", { users: "U0OMAR" });
    expect(opened).toEqual({ ok: true, channel: { id: "D00OMAR" } });
    expect(await call(slack, "conversations.open", { users: "U0OMAR" })).toMatchObject({ already_open: true });
    expect(await post({ channel: "U0OMAR" })).toMatchObject({ ok: true, channel: "D00OMAR" });
    expect(slack.workspace.messages("D00OMAR", "U0ROSA")).toEqual([]);
    expect(await call(slack, "conversations.open", { users: "U0DORA" })).toMatchObject({ error: "user_disabled" });
  });
});

describe("files", () => {
  const begin = async (filename: string, text: string) => {
    const begun = await call(slack, "files.getUploadURLExternal", { filename, length: Buffer.byteLength(text) });
    return { id: String(begun.file_id), url: String(begun.upload_url) };
  };
  const put = (url: string, text: string) => fetch(url, { method: "POST", body: text });
  const complete = (args: object) => call(slack, "files.completeUploadExternal", { ...args });

  it("shares a file into the thread of the message that is named, a reply's included, and lists it in the history", async () => {
    const { ts } = await post({ text: "the release" });
    const reply = await post({ text: "a note", thread_ts: String(ts) });
    const { id, url } = await begin("facts.yaml", "a: 1\n");
    await put(url, "a: 1\n");
    const shared = { files: [{ id, title: "Facts" }], channel_id: "C0RELEASE", thread_ts: String(reply.ts) };
    expect(await complete(shared)).toMatchObject({ ok: true });
    const { messages } = await call(slack, "conversations.replies", { channel: "C0RELEASE", ts: String(ts) });
    const file = { id, name: "facts.yaml", title: "Facts", filetype: "yaml", size: 5, user: "U0GOLIVE" };
    expect(Array.isArray(messages) ? messages.at(-1) : null).toMatchObject({ thread_ts: ts, files: [file] });
    expect(await complete(shared)).toMatchObject({ error: "file_not_found" });
  });

  it("refuses what Slack refuses: no name, other bytes than announced, a file without bytes, a channel without the bot", async () => {
    const missing = await call(slack, "files.getUploadURLExternal", { length: 5 });
    expect(missing).toMatchObject({ error: "invalid_arguments", errors: ["missing required field: filename"] });
    const { id, url } = await begin("facts.yaml", "a: 1\n");
    expect((await put(url, "a: 12345\n")).status).toBe(400);
    const other = await begin("more.yaml", "b: 2\n");
    await put(other.url, "b: 2\n");
    expect((await put(other.url, "b: 2\n")).status).toBe(400);
    expect(await complete({ files: [{ id: other.id }, { id }] })).toMatchObject({ error: "file_not_found" });
    expect(await complete({ files: [{ id: other.id }], channel_id: "C0NOWHERE" })).toMatchObject({
      error: "channel_not_found",
    });
    expect(await complete({ files: [{ id: other.id }], channel_id: "C0RELEASE" })).toMatchObject({ ok: true });
  });

  it("uploads in three steps; an image block may name the file only once files.info has shown it ready", async () => {
    const bytes = Buffer.from("not really a picture");
    const args = { filename: "canary.png", length: bytes.length };
    const begun = await call(slack, "files.getUploadURLExternal", args);
    const id = String(begun.file_id);
    expect(await call(slack, "files.completeUploadExternal", { files: [{ id }] })).toMatchObject({
      error: "file_not_found",
    });
    const put = await fetch(String(begun.upload_url), { method: "POST", body: bytes });
    expect(put.status).toBe(200);
    expect(await call(slack, "files.completeUploadExternal", { files: [{ id, title: "Canary" }] })).toMatchObject({
      files: [{ id, title: "Canary" }],
    });

    const blocks = [{ type: "image", alt_text: "canary", slack_file: { id } }];
    expect(await post({ blocks })).toMatchObject({
      error: "invalid_blocks",
      errors: ["invalid slack file [json-pointer:/blocks/0/slack_file]"],
    });
    expect(await call(slack, "files.info", { file: id })).toMatchObject({ file: { mimetype: "" } });
    expect(await call(slack, "files.info", { file: id })).toMatchObject({ file: { mimetype: "image/png" } });
    expect(await post({ blocks })).toMatchObject({ ok: true });
    expect(slack.workspace.file(id)?.bytes).toEqual(bytes);
  });
});
