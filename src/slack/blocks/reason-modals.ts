import type { ModalView } from "@slack/types";
import type { ServiceState } from "#src/release/state";
import type { CheckView, ReleaseView, SignOffView } from "#src/release/view";
import { REASON_MIN } from "#src/release/wording";
import { carry } from "#src/slack/blocks/carried";
import { section } from "#src/slack/blocks/elements";
import { modal, textInput } from "#src/slack/blocks/modal";
import { count, MARKS, name, number, pair } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";

const HOUR = 3_600_000;

type Reason = { readonly optional?: boolean; readonly minLength?: number };

const reason = (label: string, hint: string, rules: Reason = {}) =>
  textInput({ block: INPUT_BLOCKS.reason, action: INPUTS.reason, label, hint, multiline: true, ...rules });

/** Why somebody objects to a sign-off. It holds the cutover until they lift it. */
export function objectModal(view: ReleaseView, one: SignOffView): ModalView {
  return modal({
    callback: CALLBACKS.object,
    title: "Object",
    submit: "Hold the cutover",
    close: "Never mind",
    carried: carry({ r: view.release.id, i: one.definition.id, s: one.seen }),
    blocks: [
      section(
        `Your objection to ${bold(one.definition.title)} holds the cutover of ${code(view.release.service)}. Only you can lift it again; in an emergency two people, or one with a typed reason, break the glass.`,
      ),
      reason("What is wrong?", "Everybody reads it in the release message and it stays in the audit trail."),
    ],
  });
}

/** A waiver of a check's present evidence: a reason and an expiry. */
export function waiveModal(view: ReleaseView, check: CheckView): ModalView {
  const maxHours = Math.max(1, Math.floor(view.release.policy.waiverMaxMs / HOUR));
  const found = check.result === null ? "It has no result." : shorten(line(check.result.summary), 600);
  return modal({
    callback: CALLBACKS.waive,
    title: "Waive a check",
    submit: "Waive",
    close: "Never mind",
    carried: carry({ r: view.release.id, i: check.definition.id }),
    blocks: [
      section(
        `${MARKS[check.status].emoji} ${MARKS[check.status].word} · ${bold(check.definition.title)}\n${found}\nA waiver lets the cutover go ahead over exactly this evidence. It shows in the message, and another outcome ends it.`,
      ),
      reason("Why is this acceptable?", "Everybody reads it, and it stays in the audit trail.", {
        minLength: REASON_MIN,
      }),
      {
        type: "input",
        block_id: INPUT_BLOCKS.hours,
        label: { type: "plain_text", text: "For how many hours?" },
        hint: { type: "plain_text", text: `At most ${number(maxHours)} by this service's policy.` },
        element: {
          type: "number_input",
          action_id: INPUTS.hours,
          is_decimal_allowed: false,
          min_value: "1",
          max_value: String(maxHours),
          initial_value: String(Math.min(4, maxHours)),
        },
      },
    ],
  });
}

/** Ends the release before its cutover. */
export function cancelModal(view: ReleaseView): ModalView {
  const { release } = view;
  const now =
    release.active === null ? "Nothing is live, and that stays so." : `What is live stays: ${pair(release.active)}.`;
  const signed = view.progress.signed === 0 ? "" : `, with its ${count(view.progress.signed, "sign-off")}`;
  return modal({
    callback: CALLBACKS.cancel,
    title: "Cancel the release",
    submit: "Cancel release",
    close: "Keep it",
    carried: carry({ r: release.id }),
    blocks: [
      section(`Release #${number(release.number)} of ${code(release.service)} ends here${signed}. ${now}`),
      reason("Why?", "Everybody reads it in the release message."),
    ],
  });
}

/** Over somebody else's objection: a second person, or one with a typed reason. */
export function breakGlassModal(view: ReleaseView, one: SignOffView): ModalView {
  const vetoes = one.vetoes.slice(-3).map((veto) => `⏸ ${name(veto.person)}: ${shorten(line(veto.reason), 300)}`);
  return modal({
    callback: CALLBACKS.breakGlass,
    title: "Break the glass",
    submit: "Break the glass",
    close: "Never mind",
    carried: carry({ r: view.release.id, i: one.definition.id, s: one.seen }),
    blocks: [
      section(
        [
          `This overrules the objection to ${bold(one.definition.title)} of ${code(view.release.service)}:`,
          ...vetoes,
          "It is posted in the channel with your name and stays in the audit trail.",
        ].join("\n"),
      ),
      reason(
        "Why must it be overruled now?",
        `With a reason of ${REASON_MIN} characters or more you alone are enough. Left empty, a second person has to break the glass too.`,
        { optional: true },
      ),
    ],
  });
}

/** Opens a locked service again, with the root cause on record. */
export function unlockModal(service: string, lock: NonNullable<ServiceState["lock"]>): ModalView {
  const why = `Go-lives of ${code(service)} are locked by ${name(lock.by)}: ${shorten(line(lock.reason), 600)}`;
  return modal({
    callback: CALLBACKS.unlock,
    title: "Unlock go-lives",
    submit: "Unlock",
    close: "Keep it locked",
    carried: carry({ r: "", i: service }),
    blocks: [
      section(why),
      textInput({
        block: INPUT_BLOCKS.rootCause,
        action: INPUTS.rootCause,
        label: "What was the root cause?",
        hint: "What happened, and what was changed so that it can't happen again.",
        multiline: true,
        minLength: REASON_MIN,
        maxLength: 2_000,
      }),
      reason("Why is it safe to unlock now?", "It stays in the audit trail."),
    ],
  });
}
