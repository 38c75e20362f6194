import { z } from "zod";
import type { House } from "#sandbox/demo/house";
import { ingestNext, type Live, readLive } from "#sandbox/demo/populate";
import { type Stage, StoryError } from "#sandbox/demo/stage";

export const RELEASE = "C0RELEASE";
export const ROSA = "U0ROSA";
const [MILA, DAN, OMAR, INES, TOM, GUS, STEN] = [
  "U0MILA",
  "U0DAN",
  "U0OMAR",
  "U0INES",
  "U0TOM",
  "U0GUS",
  "U0STEN",
] as const;

export type SceneContext = { readonly stage: Stage; readonly house: House; readonly corpus: string };

const SIGN = /^Sign\b/;
const CUT_OVER = /^Cut over$/;

/** Throws unless `holds`: the story's own assertions, told in the transcript. */
export function expectThat(stage: Stage, what: string, holds: boolean): void {
  if (!holds) throw new StoryError(`expected: ${what}`);
  stage.tell("story", `✓ ${what}`);
}

export const name = (live: Live): string => (live === null ? "nothing" : `${live.run} with ${live.config}`);

const statusSchema = z.object({
  release: z.object({ number: z.number(), phase: z.string(), ended: z.looseObject({}).nullable() }).nullable(),
});

/** What an earlier demo left open is cancelled first, by somebody who may: a service has one open release at a time. */
export async function cancelLeftOver({ stage, house }: SceneContext): Promise<void> {
  const status = await house.golive(["release", "status", "--json"]);
  const { release } = statusSchema.parse(JSON.parse(status.out));
  if (release === null || release.ended !== null) return;
  stage.tell("story", `release #${release.number} is still open from an earlier demo (${release.phase})`);
  await stage.command(ROSA, RELEASE, "/golive cancel left open by an earlier demo");
  const answer = await stage.answer(ROSA, RELEASE);
  if (!/is cancelled/.test(answer))
    throw new StoryError(`the release could not be cancelled. Golive's answer: ${answer}`);
  await stage.until("its message to say so", () =>
    /cancelled/i.test(stage.releaseText(ROSA, RELEASE) ?? "") ? true : null,
  );
}

/** Rosa starts a release and waits until every check has an answer. */
export async function startRelease({ stage }: SceneContext, words: string): Promise<string> {
  const command = `/golive start${words === "" ? "" : ` ${words}`}`;
  await stage.command(ROSA, RELEASE, command);
  const message = await stage.until("every check to finish", () => {
    const refusal = stage.answered(ROSA, RELEASE);
    if (refusal !== null) throw new StoryError(`Golive's answer to ${command}: ${refusal}`);
    const text = stage.releaseText(ROSA, RELEASE);
    const [, done, total] = /(\d+) of (\d+) checks/.exec(text ?? "") ?? [];
    return text !== null && done !== undefined && done === total ? text : null;
  });
  stage.tell("Golive", message);
  return message;
}

/** A leaking candidate: blocked in words, no button to cut over, pointer untouched. */
export async function blockedCandidate(context: SceneContext): Promise<void> {
  const { stage, house, corpus } = context;
  const before = await readLive(house.ragUrl);
  const candidate = await ingestNext(house.ragUrl, corpus, { leakPrefix: 3 });
  stage.tell("story", `${candidate.run} is ingested: ${candidate.chunks} chunks, 3 of them leak the ingestion prefix`);
  const message = await startRelease(context, "");
  expectThat(stage, "the leak is named with its number", /3 of [\d,]+ chunks/.test(message));
  expectThat(stage, "nobody is offered to cut over", !stage.offers(ROSA, RELEASE, CUT_OVER));
  await stage.command(ROSA, RELEASE, "/golive cancel the candidate leaks its ingestion prefix");
  await stage.until("the release to be cancelled", () =>
    /cancelled/i.test(stage.releaseText(ROSA, RELEASE) ?? "") ? true : null,
  );
  const after = await readLive(house.ragUrl);
  expectThat(stage, `blocked: prefix-leakage, pointer untouched (${name(after)})`, name(after) === name(before));
}

/** Everyone who must sign signs; everyone who must not is told why. */
export async function collectSignOffs({ stage }: SceneContext, first: boolean): Promise<void> {
  const refused = async (user: string, what: RegExp, why: RegExp): Promise<void> => {
    await stage.press(user, RELEASE, SIGN, what);
    const answer = await stage.answer(user, RELEASE);
    expectThat(stage, `refused with the reason (${why.source})`, why.test(answer));
  };
  await refused(GUS, /Data quality/, /guest/i);
  await refused(STEN, /Data quality/, /organi[sz]ation/i);
  await refused(ROSA, /Data quality/, /requester|data-lead/i);
  await stage.press(DAN, RELEASE, SIGN, /Data quality/);
  await stage.press(MILA, RELEASE, SIGN, /Accuracy/);
  await stage.press(INES, RELEASE, SIGN, /Go-ahead/);
  await stage.until("one of two go-aheads", () =>
    /1 of 2/.test(stage.releaseText(ROSA, RELEASE) ?? "") ? true : null,
  );
  await refused(INES, /Go-ahead/, /already|second person/i);
  await stage.press(TOM, RELEASE, SIGN, /Go-ahead/);
  await stage.press(OMAR, RELEASE, SIGN, /Team notified/);
  await stage.press(OMAR, RELEASE, SIGN, /dashboards/i);
  if (first) await stage.press("U0NORA", RELEASE, SIGN, /First go-live/);
}

/** The cutover, checked in the RAG store itself. */
export async function cutOver({ stage, house }: SceneContext, run: string): Promise<void> {
  const before = await readLive(house.ragUrl);
  await stage.press(ROSA, RELEASE, CUT_OVER);
  const message = await stage.until("the release to be live", () => {
    const text = stage.releaseText(ROSA, RELEASE);
    return text !== null &&
      /\blive\b/i.test(text) &&
      text.includes(run) &&
      !stage.offers(ROSA, RELEASE, CUT_OVER) &&
      /before|was/i.test(text)
      ? text
      : null;
  });
  stage.tell("Golive", message);
  const after = await stage.until("the pointer to say so", async () => {
    const live = await readLive(house.ragUrl);
    return live?.run === run ? live : null;
  });
  expectThat(stage, `the RAG store points to ${name(after)} (before: ${name(before)})`, after.run === run);
  const answer = await askService(house);
  stage.tell("RAG service", answer.text);
  expectThat(stage, `the RAG service answers from ${answer.run} without a restart`, answer.run === run);
}

/** A question as a user of the RAG service asks it. */
async function askService(house: House): Promise<{ readonly text: string; readonly run: string }> {
  const query = "How long does an invitation to a workspace stay valid?";
  const response = await fetch(`${house.ragService.url}/answer`, { method: "POST", body: JSON.stringify({ query }) });
  const { answer, run_id } = z.object({ answer: z.string(), run_id: z.string() }).parse(await response.json());
  return { text: `${query} ${answer}`, run: run_id };
}

/** On call at night, with a shell and no time: back to what was live before, step by step, and locked. */
export async function rollBack({ stage, house }: SceneContext, before: NonNullable<Live>): Promise<void> {
  const words = ["rollback", "previous", "--as", OMAR, "--confirm", "--reason", "answers cite the wrong page"];
  const done = await house.golive(words);
  stage.tell("golive rollback previous", (done.err + done.out).trim());
  expectThat(stage, "every step of the rollback is done", done.code === 0);
  const live = await readLive(house.ragUrl);
  expectThat(stage, `the RAG store points to ${name(live)} again`, name(live) === name(before));
  const answer = await askService(house);
  expectThat(stage, `the RAG service answers from ${answer.run}`, answer.run === before.run);
  const message = await stage.see(ROSA, RELEASE, /rollback/i);
  stage.tell("Golive", message.text);
  await stage.command(ROSA, RELEASE, "/golive start");
  const refused = await stage.answer(ROSA, RELEASE);
  expectThat(stage, "go-lives are locked until the root cause is written down", /locked/i.test(refused));
}

/** What anybody can ask afterwards, and the audit trail. */
export async function lookAround({ stage, house }: SceneContext): Promise<void> {
  for (const command of ["/golive status", "/canary status", "/rollback previous --dry-run", "/golive strat"]) {
    await stage.command(ROSA, RELEASE, command);
    const answer = await stage.answer(ROSA, RELEASE);
    expectThat(stage, `${command} is answered`, answer.length > 20);
  }
  const audit = await house.golive(["audit", "verify"]);
  stage.tell("golive audit verify", audit.out.trim());
  expectThat(stage, "the audit trail is intact", audit.code === 0);
}
