import type { SectionBlock } from "@slack/types";
import type { Person } from "#src/release/people";
import type { StepId } from "#src/rollback/events";
import { STEP_TITLES } from "#src/rollback/says";
import type { RollbackState } from "#src/rollback/state";
import type { RollbackView } from "#src/rollback/view";
import { section } from "#src/slack/blocks/elements";
import type { RollbackSize } from "#src/slack/blocks/rollback-message";
import { pairOrNothing, unlockCommand, wayBack } from "#src/slack/blocks/rollback-words";
import { elapsed, whenExactly } from "#src/slack/blocks/times";
import { names, number } from "#src/slack/blocks/words";
import { code, line, mention, shorten } from "#src/slack/escape";

/** First and big: what it waits for, that it is under way, or what is live after it and the one next thing to do. */
export function rollbackHead(view: RollbackView, size: RollbackSize): SectionBlock[] {
  const { rollback } = view;
  const where = code(rollback.service, 60);
  const way = wayBack(rollback.plan, size.id);
  const says = shorten(line(rollback.ended?.says ?? ""), size.says);
  switch (rollback.standing) {
    case "waiting":
      return [section(`✍️ *Waiting for a confirmation*: takes ${where} ${way}.`), section(whoMay(view, size))];
    case "running":
      return [section(`⏳ *Rolling back* ${where} ${way}.`)];
    case "complete":
      return [section([`✅ ${answering(view, size)}`, ...proofLines(rollback, size), lockLine(rollback)].join("\n"))];
    case "incomplete":
      return [section(`⚠️ *Rolled back, but not all of it worked.*\n${says}`)];
    case "refused":
      return [section(`❌ *The pointer was not moved by this rollback.*\n${says}`)];
    case "withdrawn":
      return [section(`*Withdrawn.* ${says}`)];
  }
}

/** They have to act, so they are mentioned: the first post notifies them. */
function whoMay({ rollback, approvers, glass }: RollbackView, { people }: RollbackSize): string {
  const asked =
    approvers.length > 0
      ? `Whoever may roll back confirms it: ${mentioned(approvers, people)}.`
      : "⚠️ Nobody may confirm it: no role that may roll back has anybody in it.";
  const instead =
    glass.length === 0 ? "" : `If none of them can be had, ${names(glass, people, 40)} can break the glass.`;
  const stands =
    rollback.glass.length === 0
      ? ""
      : `🛑 ${names(rollback.glass, people, 40)} stands for breaking the glass: one more person has to, or a typed reason.`;
  return [asked, instead, stands].filter((text) => text !== "").join("\n");
}

function mentioned(people: readonly Person[], most: number): string {
  const hidden = people.length - most;
  const shown = people.slice(0, most).map(({ id }) => shorten(mention(id), 60));
  return `${shown.join(" ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`;
}

/** "Answering from run A again (since 03:12:41, 0.6 s)". */
function answering({ rollback, flippedAfterMs }: RollbackView, { id }: RollbackSize): string {
  const live = rollback.ended?.live ?? null;
  const at = rollback.flip?.settledAt ?? null;
  const since = at === null ? "" : `since ${whenExactly(at)}`;
  const took = flippedAfterMs === null ? "" : `${elapsed(flippedAfterMs)} after the confirmation`;
  const facts = [since, took].filter((text) => text !== "").join(", ");
  const what =
    live === null
      ? `*Nothing is live in ${code(rollback.service, 60)} any more*, as before the first go-live`
      : `*Answering from ${pairOrNothing(live, id)} again*`;
  return facts === "" ? `${what}.` : `${what} (${facts}).`;
}

/** Steps whose outcome is the point of a complete rollback. */
export const PROOFS: readonly StepId[] = ["smoke", "proof"];

function proofLines({ steps }: RollbackState, { detail }: RollbackSize): string[] {
  return PROOFS.flatMap((id) => {
    const step = steps.find((each) => each.id === id);
    const said = shorten(line(step?.result?.detail ?? ""), detail);
    if (step === undefined || said === "") return [];
    return [step.status === "skipped" ? `➖ skipped · ${STEP_TITLES[id]}: ${said}` : said];
  });
}

const lockLine = ({ service }: RollbackState): string =>
  `Go-lives are locked: unlock with a root cause, ${unlockCommand(service)}.`;
