import { expect } from "vitest";
import { readableText } from "#sandbox/demo/read-blocks";
import { RELEASE, ROSA } from "#sandbox/demo/scenes";
import type { SandboxMessage } from "#sandbox/slack/model";
import { BUILT_CHECKS } from "#src/config/built-checks";
import { eventually } from "#test/kill/eventually";
import type { Fact } from "#test/kill/facts";
import type { KillHouse } from "#test/kill/kill-house";
import { SIGNERS } from "#test/kill/people";

/** What must never stand in the journal of a release that only met a crash: nobody did anything wrong. */
const NEVER = [
  "sign-off-voided",
  "sign-off-withdrawn",
  "cutover-stopped",
  "release-failed",
  "release-cancelled",
  "paused",
  "policy-changed",
];
const ONCE = ["release-started", "manifest-frozen", "cutover-requested", "flip-intended", "flip-settled", "went-live"];
/** The demo's checklist lists every check that is built. */
const CHECKS = Object.keys(BUILT_CHECKS).length;

const count = (facts: readonly Fact[], type: string): number => facts.filter((fact) => fact.type === type).length;

/**
 * The release went live, nothing was done twice and nothing was lost: in the journal, in the store's ledger and pointer, in
 * Slack, in the queue; and the audit trail verifies.
 */
export async function expectAllIsWell(kill: KillHouse, release: string, run: string): Promise<void> {
  await expectSlackTellsItOnce(kill, release, run);
  await expectNoWorkIsLeft(kill, release);
  const journal = await kill.facts.journal();
  const facts = journal.filter(({ stream }) => stream === `release/${release}`);
  expectEachStepOnce(facts);
  await expectOneFlip(kill, journal, facts, release, run);
  const audit = await kill.house.golive(["audit", "verify"]);
  expect(audit.code, audit.out + audit.err).toBe(0);
}

function expectEachStepOnce(facts: readonly Fact[]): void {
  const counts = Object.fromEntries(ONCE.map((type) => [type, count(facts, type)]));
  expect(counts).toEqual(Object.fromEntries(ONCE.map((type) => [type, 1])));
  expect(Object.fromEntries(NEVER.map((type) => [type, count(facts, type)]))).toEqual(
    Object.fromEntries(NEVER.map((type) => [type, 0])),
  );
  // The frozen manifest asks for all of them; whatever is more, a person asked for.
  const asked = facts.filter(({ type, by }) => type === "check-requested" && by === ROSA);
  for (const type of ["check-requested", "check-started", "check-finished"]) {
    const each = facts.filter((fact) => fact.type === type).map(({ data }) => `${data.check}/${data.attempt}`);
    expect(new Set(each).size, `${type} twice: ${each}`).toBe(each.length);
    expect(each.length, type).toBe(CHECKS + asked.length);
  }
  const signed = facts.filter(({ type }) => type === "signed").map(({ by, data }) => `${by} ${data.signOff}`);
  expect(signed.toSorted()).toEqual(SIGNERS.map(({ user, signOff }) => `${user} ${signOff}`).toSorted());
}

async function expectOneFlip(
  kill: KillHouse,
  journal: readonly Fact[],
  facts: readonly Fact[],
  release: string,
  run: string,
): Promise<void> {
  const intended = facts.find(({ type }) => type === "flip-intended")?.data.flip;
  const ledger = await kill.facts.ledger();
  expect(ledger.filter(({ id }) => id === intended).map(({ outcome, to }) => ({ outcome, to }))).toEqual([
    { outcome: "flipped", to: run },
  ]);
  // One forward flip for each release that went live, and none besides.
  const live = count(journal, "went-live");
  expect(ledger.filter(({ outcome }) => outcome === "flipped").length).toBe(live);
  expect(count(journal, "pointer-flipped")).toBe(live);
  const ofService = journal.filter(({ stream, data }) => stream.startsWith("service/") && data.release === release);
  expect(ofService.map(({ type }) => type)).toEqual(["release-opened", "pointer-flipped", "release-closed"]);
  expect((await kill.live())?.run).toBe(run);
  expect(await kill.facts.scratchSchemas(), "a proof of a backup left a schema behind").toBe(0);
}

const metadataOf = (message: SandboxMessage): { readonly type: unknown; readonly payload: Record<string, unknown> } => {
  const { metadata } = message;
  if (metadata === null || typeof metadata !== "object" || !("event_type" in metadata))
    return { type: null, payload: {} };
  const payload = metadata.event_payload;
  return { type: metadata.event_type, payload: payload !== null && typeof payload === "object" ? { ...payload } : {} };
};

/** All messages of the channel that show this release: there must be one. */
export function messagesOf(kill: KillHouse, release: string): readonly SandboxMessage[] {
  return kill.house.slack.workspace.messages(RELEASE, ROSA).filter((message) => {
    const { type, payload } = metadataOf(message);
    return type === "golive_release" && payload.subject === release;
  });
}

/** The keys of the notes in the release's thread, as they were posted. */
export function notesOf(kill: KillHouse, release: string): readonly unknown[] {
  const threads = new Set(messagesOf(kill, release).map(({ ts }) => ts));
  return kill.house.slack.workspace
    .messages(RELEASE, ROSA)
    .filter(({ threadTs }) => threadTs !== null && threads.has(threadTs))
    .map((message) => fileKey(release, message) ?? metadataOf(message).payload.key);
}

/** A shared file carries no metadata: it is known by its name, which begins with its manifest's hash. */
function fileKey(release: string, { files }: SandboxMessage): string | null {
  const [, hash] = /^manifest-([0-9a-f]{8})\.yaml$/.exec(files[0]?.name ?? "") ?? [];
  return hash === undefined ? null : `release/${release}/manifest-file/${hash}`;
}

/** The key of a row as `notesOf` has it. */
const shortKey = (key: string): string => key.replace(/(\/manifest-file\/[0-9a-f]{8})[0-9a-f]*$/, "$1");

/** One message, which says that the run is live; each note of the thread once; nothing left to say. */
async function expectSlackTellsItOnce(kill: KillHouse, release: string, run: string): Promise<void> {
  const { facts } = kill;
  await eventually(
    "Slack to show all of it",
    async () => {
      const open = (await facts.posts(release)).filter(({ state }) => state !== "sent");
      return open.length === 0 && (await facts.isPainted(release)) ? true : null;
    },
    { timeoutMs: 150_000 },
  );
  const messages = messagesOf(kill, release);
  expect(messages.length, "messages that show this release").toBe(1);
  const text = readableText(messages[0]?.blocks);
  expect(text).toMatch(/Live/);
  expect(text).toContain(run);
  const posts = (await facts.posts(release)).map(({ key }) => shortKey(key));
  expect(posts.length).toBeGreaterThan(SIGNERS.length);
  expect(notesOf(kill, release).toSorted()).toEqual(posts.toSorted());
}

async function expectNoWorkIsLeft({ facts }: KillHouse, release: string): Promise<void> {
  const left = await eventually("every job to be done", async () => {
    const jobs = await facts.jobs(release);
    return jobs.every(({ state }) => !["created", "retry", "active"].includes(state)) ? jobs : null;
  });
  expect(left.filter(({ state }) => state !== "completed")).toEqual([]);
}
