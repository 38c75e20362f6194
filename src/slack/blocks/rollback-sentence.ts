import type { RollbackView } from "#src/rollback/view";
import { progressWords } from "#src/slack/blocks/rollback-steps";
import { pairOrNothing, wayBack } from "#src/slack/blocks/rollback-words";
import { names, number } from "#src/slack/blocks/words";
import { line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** The entire point of a rollback's message in one sentence: what a notification and a screen reader say. */
export function rollbackSentence({ rollback, approvers, glass }: RollbackView): string {
  const { service, standing, plan, ended, steps } = rollback;
  const where = shorten(line(service), 60);
  const subject = `Rollback #${number(rollback.number)} of ${where}`;
  const says = shorten(line(ended?.says ?? ""), 420);
  switch (standing) {
    case "waiting": {
      const who = approvers.length > 0 ? names(approvers, 3, 40) : names(glass, 3, 40);
      return cut(`${subject} ${wayBack(plan, 60)} waits for a confirmation${who === "" ? "" : ` by ${who}`}.`);
    }
    case "running":
      return cut(`${subject} to ${pairOrNothing(plan.to, 60)} is under way: ${line(progressWords(steps))}.`);
    case "complete":
      return cut(
        `${where} answers from ${pairOrNothing(ended?.live ?? null, 60)} again: rollback #${number(rollback.number)} is complete.`,
      );
    case "incomplete":
      return cut(`${subject} is done, but not all of it worked: ${says}`);
    case "refused":
      return cut(`${subject} did not move the pointer: ${says}`);
    case "withdrawn":
      return cut(`${subject} was withdrawn: ${says}`);
  }
}

const cut = (text: string): string => shorten(text, BUDGET.message.text);
