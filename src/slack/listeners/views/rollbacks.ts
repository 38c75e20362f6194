import type { Person, RoleMembers } from "#src/release/people";
import type { RollbackPersonIntent } from "#src/rollback/intents";
import { targetNamed } from "#src/rollback/target";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { INPUT_BLOCKS } from "#src/slack/ids";
import { resolve } from "#src/slack/listeners/act";
import { answer } from "#src/slack/listeners/reply";
import { carriedBy, tellUnreadable, type ViewHandler } from "#src/slack/listeners/views/handler";

/** The confirmed plan: done at once where the person may, else asked for. Its message appears by itself. */
export const requestRollback: ViewHandler = {
  check(submission) {
    const { values } = submission;
    const service = carriedBy(submission)?.i ?? "";
    const errors = {
      ...(values[INPUT_BLOCKS.reason] ? {} : { [INPUT_BLOCKS.reason]: "Please say why: it stays in the audit trail." }),
      ...(values[INPUT_BLOCKS.serviceName] === service
        ? {}
        : { [INPUT_BLOCKS.serviceName]: `Type ${service} exactly, so that the right service is taken back.` }),
    };
    return Object.keys(errors).length === 0 ? null : errors;
  },
  async submit(deps, submission) {
    const { r: target, i: service, s: seen } = carriedBy(submission) ?? {};
    const configured = service === undefined ? undefined : deps.config.services[service];
    if (!target || !seen || service === undefined || configured === undefined) return tellUnreadable(deps, submission);
    const outcome = await deps.rollbacks.request({
      ...(await resolve(deps, submission.by, { fresh: true })),
      service,
      target: targetNamed(target),
      seen,
      reason: submission.values[INPUT_BLOCKS.reason] ?? "",
      key: submission.key,
    });
    if (outcome.ok) return;
    const place = { user: submission.by.user, responseUrl: null, channel: configured.channel };
    await answer(deps, place, refusalReply(outcome.refusal));
  },
};

type Who = { readonly actor: Person; readonly members: RoleMembers };

/** Left empty, the reason asks for a second person. */
export const breakGlassOfRollback = decided((who, reason) => ({ type: "break-glass", ...who, reason }));

export const withdrawRollback = decided((who, reason) => ({ type: "withdraw", ...who, reason }));

function decided(intent: (who: Who, reason: string) => RollbackPersonIntent): ViewHandler {
  return {
    check: () => null,
    async submit(deps, submission) {
      const { r: id } = carriedBy(submission) ?? {};
      if (!id) return tellUnreadable(deps, submission);
      const who = await resolve(deps, submission.by, { fresh: true });
      const reason = submission.values[INPUT_BLOCKS.reason] ?? "";
      const outcome = await deps.rollbacks.act(id, submission.key, intent(who, reason));
      if (outcome.ok) return;
      const channel = (await deps.rollbacks.rollback(id))?.rollback.channel ?? null;
      await answer(deps, { user: submission.by.user, responseUrl: null, channel }, refusalReply(outcome.refusal));
    },
  };
}
