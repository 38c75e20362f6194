import { z } from "zod";
import { SERVICE } from "#sandbox/demo/populate";
import { RELEASE, ROSA } from "#sandbox/demo/scenes";
import { eventually } from "#test/kill/eventually";
import type { Fact } from "#test/kill/facts";
import type { KillHouse } from "#test/kill/kill-house";

export type Signer = { readonly user: string; readonly signOff: string; readonly near: RegExp };

/** Everybody whose sign-off a release of the demo's checklist needs. */
export const SIGNERS: readonly Signer[] = [
  { user: "U0DAN", signOff: "data-quality", near: /Data quality/ },
  { user: "U0MILA", signOff: "accuracy", near: /Accuracy/ },
  { user: "U0INES", signOff: "go-ahead", near: /Go-ahead/ },
  { user: "U0TOM", signOff: "go-ahead", near: /Go-ahead/ },
  { user: "U0OMAR", signOff: "team-notified", near: /Team notified/ },
  { user: "U0OMAR", signOff: "dashboards", near: /dashboards/i },
];

export const has = (facts: readonly Fact[], type: string): boolean => facts.some((fact) => fact.type === type);
export const signedBy = (facts: readonly Fact[], { user, signOff }: Signer): boolean =>
  facts.some(({ type, by, data }) => type === "signed" && by === user && data.signOff === signOff);

const resultSchema = z.object({ verdict: z.string() });

/** Checks whose newest attempt is over and no pass. */
function notPassed(facts: readonly Fact[]): readonly string[] {
  const newest = new Map<string, string>();
  for (const { type, data } of facts) {
    if (type === "check-requested") newest.set(String(data.check), "under way");
    if (type === "check-finished") newest.set(String(data.check), resultSchema.parse(data.result).verdict);
  }
  return [...newest].filter(([, verdict]) => verdict !== "pass" && verdict !== "under way").map(([check]) => check);
}

/** What people do in Slack, judged by what the journal says came of it. */
export type People = {
  /** Types the command; resolves when Slack has delivered it. */
  typeStart(run: string): Promise<void>;
  /** The id of the release of this run, once the journal has it. */
  releaseOf(run: string): Promise<string>;
  start(run: string): Promise<string>;
  rerun(check: string): Promise<void>;
  /** Until a check has been asked for a second time. */
  rerunSeen(release: string): Promise<void>;
  /** Until every requested check has its result and the message shows it. */
  checked(release: string): Promise<void>;
  pressSign(signer: Signer): Promise<void>;
  signAll(release: string): Promise<void>;
  pressCutOver(): Promise<void>;
  /** Until the release is live. */
  live(release: string): Promise<void>;
  /** Whatever people still have to do, and nothing that the journal already has: then the release is live. */
  goOn(release: string): Promise<void>;
};

export function createPeople({ stage, facts }: Pick<KillHouse, "stage" | "facts">): People {
  const until = (release: string, what: string, holds: (known: readonly Fact[]) => boolean): Promise<true> =>
    eventually(what, async () => (holds(await facts.ofRelease(release)) ? true : null), { timeoutMs: 240_000 });

  const people: People = {
    typeStart: (run) => stage.command(ROSA, RELEASE, `/golive start ${SERVICE} ${run}`),
    releaseOf: (run) =>
      eventually(`a release of ${run}`, async () => {
        const started = (await facts.journal()).find(
          ({ type, data }) => type === "release-started" && JSON.stringify(data.candidate).includes(`"${run}"`),
        );
        return started === undefined ? null : started.stream.replace("release/", "");
      }),
    async start(run) {
      await people.typeStart(run);
      return people.releaseOf(run);
    },
    rerun: (check) => stage.command(ROSA, RELEASE, `/golive rerun ${check}`),
    async rerunSeen(release) {
      await until(release, "a second attempt of a check", (known) => known.some(({ data }) => data.attempt === 2));
    },
    async checked(release) {
      for (let round = 0; ; round++) {
        await until(release, "every check to have its result", (known) => {
          const count = (type: string): number => known.filter((fact) => fact.type === type).length;
          return count("check-requested") > 0 && count("check-finished") === count("check-requested");
        });
        const failed = notPassed(await facts.ofRelease(release));
        if (failed.length === 0) break;
        // A busy machine answers too slowly for some checks: then a person asks again, as the message says.
        if (round === 3) throw new Error(`these checks don't pass: ${failed.join(", ")}`);
        for (const check of failed) await people.rerun(check);
        await until(release, "the checks to be asked for again", (known) => notPassed(known).length < failed.length);
      }
      await eventually("the message to show it", async () => ((await facts.isPainted(release)) ? true : null));
    },
    pressSign: ({ user, near }) => stage.press(user, RELEASE, /^Sign\b/, near),
    async signAll(release) {
      for (const signer of SIGNERS) {
        if (signedBy(await facts.ofRelease(release), signer)) continue;
        await people.pressSign(signer);
        await until(release, `${signer.user} to have signed ${signer.signOff}`, (known) => signedBy(known, signer));
      }
      await eventually("the message to show it", async () => ((await facts.isPainted(release)) ? true : null));
    },
    pressCutOver: () => stage.press(ROSA, RELEASE, /^Cut over$/),
    async live(release) {
      await until(release, "the release to be live", (known) => has(known, "went-live"));
    },
    async goOn(release) {
      if (!has(await facts.ofRelease(release), "cutover-requested")) {
        await people.checked(release);
        await people.signAll(release);
        await people.pressCutOver();
      }
      await people.live(release);
    },
  };
  return people;
}
