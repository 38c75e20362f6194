import { refusalReply, sentencesReply } from "#src/slack/blocks/command-replies";
import { readStepItem } from "#src/slack/blocks/sop-card";
import { INPUT_BLOCKS } from "#src/slack/ids";
import { resolve } from "#src/slack/listeners/act";
import { answer } from "#src/slack/listeners/reply";
import { findStep, GONE } from "#src/slack/listeners/sop-step";
import { carriedBy, tellUnreadable, type ViewHandler } from "#src/slack/listeners/views/handler";

const FEWEST = 3;

/** A step was done, with a note of what came of it. It shows in the message by itself; done twice it is done once. */
export const stepDone: ViewHandler = {
  check({ values }) {
    if ((values[INPUT_BLOCKS.reason] ?? "").trim().length >= FEWEST) return {};
    return { [INPUT_BLOCKS.reason]: "Please say in a few words what you found or did." };
  },
  async submit(deps, submission) {
    const { r: id, i } = carriedBy(submission) ?? {};
    const named = i === undefined ? null : readStepItem(i);
    if (!id || named === null) return tellUnreadable(deps, submission);
    const { by, key, values } = submission;
    const found = await findStep(deps, id, named);
    const place = { user: by.user, responseUrl: null, channel: found?.operation.channel ?? null };
    if (found === null) return answer(deps, place, sentencesReply(GONE));
    const who = await resolve(deps, by);
    const note = (values[INPUT_BLOCKS.reason] ?? "").trim();
    const decided = await deps.operations.step(id, key, { ...who, ...named, done: true, note });
    if (!decided.ok) await answer(deps, place, refusalReply(decided.refusal));
  },
};
