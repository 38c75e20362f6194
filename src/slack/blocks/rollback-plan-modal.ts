import type { ModalView } from "@slack/types";
import { REASON_MIN } from "#src/release/wording";
import type { RollbackPlan } from "#src/rollback/events";
import type { RollbackView } from "#src/rollback/view";
import { carry } from "#src/slack/blocks/carried";
import { context, type Message, section } from "#src/slack/blocks/elements";
import { modal, textInput } from "#src/slack/blocks/modal";
import { planTexts, wayBack } from "#src/slack/blocks/rollback-words";
import { names, number } from "#src/slack/blocks/words";
import { code, line, shorten } from "#src/slack/escape";
import { CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

/** A plan as it was shown. `target`: "previous" or the id of a backup; `seen`: the digest that the confirmation is bound to. */
export type ShownPlan = {
  readonly service: string;
  readonly target: string;
  readonly plan: RollbackPlan;
  readonly seen: string;
};

/** What will change and what will not, a reason, and the service's name typed again: nobody confirms this by accident. */
export function rollbackPlanModal({ service, target, plan, seen }: ShownPlan): ModalView {
  return modal({
    callback: CALLBACKS.rollbackPlan,
    title: "Roll back",
    submit: "Roll back",
    close: "Never mind",
    carried: carry({ r: target, i: service, s: seen }),
    blocks: [
      section(`Takes ${code(service)} ${wayBack(plan)}.`),
      ...planTexts(plan).map((text) => section(text)),
      context(
        "Whoever may roll back starts it with this. Anybody else asks for it: then somebody who may has to confirm it in the channel.",
      ),
      textInput({
        block: INPUT_BLOCKS.reason,
        action: INPUTS.reason,
        label: "Why?",
        hint: "Everybody reads it in the message, and it stays in the audit trail.",
        multiline: true,
      }),
      textInput({
        block: INPUT_BLOCKS.serviceName,
        action: INPUTS.serviceName,
        label: "Type the name of the service again",
        hint: service,
        maxLength: 200,
      }),
    ],
  });
}

/** The answer to `--dry-run`: the plan, for one person, and nothing else happens. */
export function rollbackPlanReply({ service, target, plan }: Omit<ShownPlan, "seen">): Message {
  const where = code(service, 60);
  const said = `A dry run: nothing was changed. A rollback would take ${where} ${wayBack(plan)}.`;
  return {
    text: shorten(said, BUDGET.message.text),
    blocks: [
      section(said),
      ...planTexts(plan).map((text) => section(text)),
      context(`To do it: ${code(`/rollback ${service} ${target}`, 140)}`),
    ],
  };
}

/** For when nobody with the right is to be had: two people, or one with a typed reason. */
export function rollbackBreakGlassModal({ rollback, approvers }: RollbackView): ModalView {
  const first = rollback.glass.length === 0 ? "" : `\n${names(rollback.glass)} stands for it already.`;
  const right =
    approvers.length === 0
      ? "Nobody has the right to confirm it."
      : `The right to confirm it have ${names(approvers)}.`;
  return modal({
    callback: CALLBACKS.rollbackBreakGlass,
    title: "Break the glass",
    submit: "Break the glass",
    close: "Never mind",
    carried: carry({ r: rollback.id }),
    blocks: [
      section(
        `Rollback #${number(rollback.number)} takes ${code(rollback.service)} ${wayBack(rollback.plan)}. ${right}${first}`,
      ),
      section("It is posted in the channel with your name and stays in the audit trail."),
      textInput({
        block: INPUT_BLOCKS.reason,
        action: INPUTS.reason,
        label: "Why can't it wait for them?",
        hint: `With a reason of ${REASON_MIN} characters or more you alone are enough. Left empty, a second person has to break the glass too.`,
        multiline: true,
        optional: true,
      }),
    ],
  });
}

/** Takes back a rollback that waits. */
export function rollbackWithdrawModal({ rollback }: RollbackView): ModalView {
  const why = shorten(line(rollback.reason), 600);
  return modal({
    callback: CALLBACKS.rollbackWithdraw,
    title: "Withdraw the rollback",
    submit: "Withdraw",
    close: "Keep it",
    carried: carry({ r: rollback.id }),
    blocks: [
      section(
        `Rollback #${number(rollback.number)} of ${code(rollback.service)} ends here, and nothing is changed.${why === "" ? "" : `\nIt was asked for because: ${why}`}`,
      ),
      textInput({
        block: INPUT_BLOCKS.reason,
        action: INPUTS.reason,
        label: "Why?",
        hint: "Everybody reads it in the message.",
        multiline: true,
        optional: true,
      }),
    ],
  });
}
