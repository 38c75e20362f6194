import { sentencesReply } from "#src/slack/blocks/command-replies";
import { INPUT_BLOCKS } from "#src/slack/ids";
import { resolve } from "#src/slack/listeners/act";
import { answer } from "#src/slack/listeners/reply";
import { carriedBy, tellOutcome, tellUnreadable, type ViewHandler } from "#src/slack/listeners/views/handler";

/** Opens a locked service again, with the root cause on record. */
export const unlock: ViewHandler = {
  check({ values }) {
    const errors = {
      ...(values[INPUT_BLOCKS.rootCause] ? {} : { [INPUT_BLOCKS.rootCause]: "Please name the root cause." }),
      ...(values[INPUT_BLOCKS.reason] ? {} : { [INPUT_BLOCKS.reason]: "Please say why it is safe." }),
    };
    return Object.keys(errors).length === 0 ? null : errors;
  },
  async submit(deps, submission) {
    const { i: service } = carriedBy(submission) ?? {};
    const configured = service === undefined ? undefined : deps.config.services[service];
    if (service === undefined || configured === undefined) return tellUnreadable(deps, submission);
    const outcome = await deps.useCases.unlockService({
      ...(await resolve(deps, submission.by)),
      service,
      reason: submission.values[INPUT_BLOCKS.reason] ?? "",
      rootCause: submission.values[INPUT_BLOCKS.rootCause] ?? "",
      key: submission.key,
    });
    const { channel } = configured;
    if (!outcome.ok) return tellOutcome(deps, submission, { channel, view: null }, outcome);
    const place = { user: submission.by.user, responseUrl: null, channel };
    await answer(
      deps,
      place,
      sentencesReply(`Go-lives of ${service} are unlocked. The root cause is in the audit trail.`),
    );
  },
};
