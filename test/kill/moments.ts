import type { KillHouse } from "#test/kill/kill-house";
import { createPeople, type People, SIGNERS } from "#test/kill/people";

/** A step of a go-live in whose COMMIT the program is killed. */
export type Moment = {
  /** The event whose transaction is stopped. */
  readonly event: string;
  /** Who brings it about: a person who may have to do it again, or a job that is taken up again. */
  readonly by: "person" | "job";
  /** Brings a release to where the moment can come; the release's id, or null when there is none yet. */
  readonly prepare: (people: People, run: string) => Promise<string | null>;
  /** What a person does that leads to it. */
  readonly act: (people: People, run: string) => Promise<void>;
};

const nothing = async (): Promise<null> => null;
const start: Moment["act"] = (people, run) => people.typeStart(run);
async function checked(people: People, run: string): Promise<string> {
  const release = await people.start(run);
  await people.checked(release);
  return release;
}
async function signed(people: People, run: string): Promise<string> {
  const release = await checked(people, run);
  await people.signAll(release);
  return release;
}
const cutOver: Moment["act"] = (people) => people.pressCutOver();
const sign: Moment["act"] = async (people) => {
  for (const signer of SIGNERS.slice(0, 1)) await people.pressSign(signer);
};
export const RERUN = "prefix-leakage";

/** In the order in which they happen. `went-live` stands for the settled flip: the store has flipped, the journal doesn't know. */
const MOMENTS: readonly Moment[] = [
  { event: "release-started", by: "person", prepare: nothing, act: start },
  { event: "manifest-frozen", by: "job", prepare: nothing, act: start },
  { event: "check-started", by: "job", prepare: nothing, act: start },
  { event: "check-finished", by: "job", prepare: nothing, act: start },
  { event: "check-requested", by: "person", prepare: checked, act: (people) => people.rerun(RERUN) },
  { event: "signed", by: "person", prepare: checked, act: sign },
  { event: "cutover-requested", by: "person", prepare: signed, act: cutOver },
  { event: "flip-intended", by: "job", prepare: signed, act: cutOver },
  { event: "went-live", by: "job", prepare: signed, act: cutOver },
];

/** The moments that people bring about, or those of jobs: each half has a house of its own, since both wait most of the time. */
export const momentsOf = (by: Moment["by"]): readonly Moment[] => MOMENTS.filter((moment) => moment.by === by);

/**
 * Kills the program while the transaction that records the moment's event is inside COMMIT. `outcome`: whether the
 * transaction commits all the same, after the program's death. Returns how often the event was recorded in it.
 */
export async function killInCommit(
  kill: KillHouse,
  moment: Moment,
  run: string,
  outcome: "committed" | "rolled-back",
): Promise<number> {
  const people = createPeople(kill);
  await moment.prepare(people, run);
  const recorded = async (): Promise<number> =>
    (await kill.facts.journal()).filter(({ type }) => type === moment.event).length;
  const before = await recorded();
  const hold = await kill.holdEvent(moment.event);
  await moment.act(people, run);
  const [backend] = await hold.blocked();
  const { pid } = kill.house.bot();
  await kill.kill();
  await (outcome === "committed" ? hold.release() : hold.drop());
  await kill.facts.backendGone(backend);
  await kill.facts.forgetLeasesOf(pid);
  return (await recorded()) - before;
}
