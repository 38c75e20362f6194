import type { Person, RoleMembers } from "#src/release/people";
import type { PersonIntent } from "#src/release/use-cases";
import { INPUT_BLOCKS } from "#src/slack/ids";
import { act } from "#src/slack/listeners/act";
import type { Submission } from "#src/slack/listeners/payloads";
import {
  carriedBy,
  type InputErrors,
  tellOutcome,
  tellUnreadable,
  type ViewHandler,
} from "#src/slack/listeners/views/handler";

type Who = { readonly actor: Person; readonly members: RoleMembers };

export const object: ViewHandler = {
  check: needsReason,
  submit: onItem((who, signOff, { values }) => ({
    type: "veto",
    ...who,
    signOff,
    reason: values[INPUT_BLOCKS.reason] ?? "",
  })),
};

/** Left empty, the reason asks for a second person. */
export const breakGlass: ViewHandler = {
  check: () => null,
  submit: onItem((who, signOff, { values }) => ({
    type: "break-glass",
    ...who,
    signOff,
    reason: values[INPUT_BLOCKS.reason] ?? "",
  })),
};

const HOUR = 3_600_000;

export const waive: ViewHandler = {
  check: (submission) => ({ ...needsReason(submission), ...needsHours(submission) }),
  submit: onItem((who, check, { values }, now) => ({
    type: "waive",
    ...who,
    check,
    reason: values[INPUT_BLOCKS.reason] ?? "",
    until: now + Math.round(Number(values[INPUT_BLOCKS.hours]) * HOUR),
  })),
};

export const cancel: ViewHandler = {
  check: needsReason,
  submit: onItem((who, _item, { values }) => ({
    type: "cancel",
    ...who,
    reason: values[INPUT_BLOCKS.reason] ?? "",
  })),
};

function needsReason({ values }: Submission): InputErrors | null {
  return values[INPUT_BLOCKS.reason] ? null : { [INPUT_BLOCKS.reason]: "Please say why: it stays in the audit trail." };
}

/** The policy's own maximum is the rules' to check: it may have changed since the modal was drawn. */
function needsHours({ values }: Submission): InputErrors | null {
  const hours = Number(values[INPUT_BLOCKS.hours] || Number.NaN);
  return hours > 0 && hours <= 24 * 365 ? null : { [INPUT_BLOCKS.hours]: "A number of hours, 1 or more." };
}

function onItem(
  intent: (who: Who, item: string, submission: Submission, now: number) => PersonIntent,
): ViewHandler["submit"] {
  return async (deps, submission) => {
    const carried = carriedBy(submission);
    if (carried === null || carried.r === "") return tellUnreadable(deps, submission);
    const { r: release, i: item = "" } = carried;
    const { by, key } = submission;
    const now = deps.now();
    const outcome = await act(deps, { by, release, key, intent: (who) => intent(who, item, submission, now) });
    if (outcome.ok) return;
    const view = await deps.useCases.release(release);
    await tellOutcome(deps, submission, { channel: view?.release.channel ?? null, view }, outcome);
  };
}
