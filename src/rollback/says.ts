import type { Pair } from "#src/release/events";
import { pairText, samePair } from "#src/release/pair";
import { listOf } from "#src/release/wording";
import type { StepId } from "#src/rollback/events";
import type { RollbackState } from "#src/rollback/state";

/** What each step is called, in a message that shows them as they are done. */
export const STEP_TITLES: Readonly<Record<StepId, string>> = {
  hold: "Hold go-lives",
  restore: "Bring the damaged chunks back",
  flip: "Flip the pointer back",
  answering: "See the service answer from it",
  caches: "Clear caches",
  data: "Compare the chunks with their record",
  smoke: "Smoke evaluation",
  proof: "Prove it against the baseline",
  incident: "Incident document",
};

/** Who confirmed it, or what did. */
export const whoConfirmed = ({
  how,
  people,
}: Pick<NonNullable<RollbackState["confirmed"]>, "how" | "people">): string =>
  how === "policy" ? "the canary's policy" : listOf(people.map(({ name }) => name));

/** The state of production after a rollback, precisely, and the one next thing to do. */
export function sayEnd({ service, steps, plan, flip }: RollbackState, live: Pair | null): string {
  const failed = steps.filter(({ status }) => status === "failed");
  const answers = `${service} answers from ${pairText(live)}`;
  const locked = "Go-lives are locked until somebody unlocks them with the root cause";
  if (flip?.outcome !== "flipped") {
    const why = failed.map(({ result }) => result?.detail ?? "").join(" ");
    return `The pointer was not moved: ${answers}. ${why} ${locked}. Look at what is live, then roll back again`;
  }
  const proofs = steps
    .filter(({ id }) => id === "smoke" || id === "proof")
    .map(({ status, result }) => `${status === "skipped" ? "Not checked: " : ""}${result?.detail ?? ""}`);
  if (!samePair(live, plan.to)) {
    return `${answers}: somebody moved the pointer after it was set to ${pairText(plan.to)}. ${locked}. Find out who, then decide what is to answer`;
  }
  if (failed.length === 0) return [`${answers} again.`, ...proofs, locked].join(" ");
  const names = listOf(failed.map(({ id }) => STEP_TITLES[id]));
  const details = failed.map(({ result }) => result?.detail ?? "").join(" ");
  const next = failed.some(({ id }) => id === "answering" || id === "caches")
    ? "Restart the service or clear its caches by hand"
    : failed.some(({ id }) => id === "data")
      ? `Bring the chunks of ${plan.to?.run ?? "the run"} back from a backup`
      : "Look at the answers that got worse";
  return `${answers}, but this failed: ${names}. ${details} ${locked}. Next: ${next}`;
}
