import { INPUT_BLOCKS } from "#src/slack/ids";
import { resolve } from "#src/slack/listeners/act";
import { carriedBy, tellOutcome, tellUnreadable, type ViewHandler } from "#src/slack/listeners/views/handler";

/** Starts a go-live of the chosen run. The release message appears by itself; only a refusal is told. */
export const start: ViewHandler = {
  check: ({ values }) => (values[INPUT_BLOCKS.run] ? null : { [INPUT_BLOCKS.run]: "Choose the run to take live." }),
  async submit(deps, submission) {
    const { i: service, s: from } = carriedBy(submission) ?? {};
    if (!service || !from || deps.config.services[service] === undefined) return tellUnreadable(deps, submission);
    const outcome = await deps.useCases.startRelease({
      ...(await resolve(deps, submission.by)),
      service,
      from,
      run: submission.values[INPUT_BLOCKS.run] || null,
      config: submission.values[INPUT_BLOCKS.config] || null,
      key: submission.key,
    });
    await tellOutcome(deps, submission, { channel: from, view: null }, outcome);
  },
};
