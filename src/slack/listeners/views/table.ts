import { CALLBACKS } from "#src/slack/ids";
import { decideCanary } from "#src/slack/listeners/views/canaries";
import type { ViewHandler } from "#src/slack/listeners/views/handler";
import { declineProposal } from "#src/slack/listeners/views/proposals";
import { breakGlass, cancel, object, waive } from "#src/slack/listeners/views/reasons";
import { breakGlassOfRollback, requestRollback, withdrawRollback } from "#src/slack/listeners/views/rollbacks";
import { stepDone } from "#src/slack/listeners/views/sop-steps";
import { start } from "#src/slack/listeners/views/start";
import { unlock } from "#src/slack/listeners/views/unlock";

type CallbackId = (typeof CALLBACKS)[keyof typeof CALLBACKS];

/** Details and notices have no Submit. */
const shownOnly: ViewHandler = { check: () => null, submit: async () => {} };

/** Every modal of the app. The type makes it complete. */
export const VIEW_HANDLERS: Readonly<Record<CallbackId, ViewHandler>> = {
  [CALLBACKS.start]: start,
  [CALLBACKS.details]: shownOnly,
  [CALLBACKS.object]: object,
  [CALLBACKS.breakGlass]: breakGlass,
  [CALLBACKS.waive]: waive,
  [CALLBACKS.cancel]: cancel,
  [CALLBACKS.unlock]: unlock,
  [CALLBACKS.rollbackChoices]: shownOnly,
  [CALLBACKS.rollbackPlan]: requestRollback,
  [CALLBACKS.rollbackBreakGlass]: breakGlassOfRollback,
  [CALLBACKS.rollbackWithdraw]: withdrawRollback,
  [CALLBACKS.canaryDecide]: decideCanary,
  [CALLBACKS.sopDone]: stepDone,
  [CALLBACKS.proposalDecline]: declineProposal,
  [CALLBACKS.notice]: shownOnly,
};
