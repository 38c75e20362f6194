import { ACTIONS, type ActionId } from "#src/slack/ids";
import {
  abortCanary,
  acknowledgeBreach,
  escalateBreach,
  extendCanary,
  holdRollback,
  muteBreach,
  pauseCanary,
  promoteCandidate,
  resumeCanary,
  whyBreach,
} from "#src/slack/listeners/actions/canaries";
import { rerun, rerunFailed, stopEvaluation } from "#src/slack/listeners/actions/checks";
import { cutOver } from "#src/slack/listeners/actions/cut-over";
import type { ActionHandler } from "#src/slack/listeners/actions/handler";
import { breakGlass, cancel, details, object, turnPage, waive } from "#src/slack/listeners/actions/modals";
import { acceptProposal, declineProposal } from "#src/slack/listeners/actions/proposals";
import {
  breakGlassOfRollback,
  chooseRollback,
  confirmRollback,
  withdrawRollback,
} from "#src/slack/listeners/actions/rollbacks";
import { liftObjection, sign, withdraw } from "#src/slack/listeners/actions/sign-offs";
import { startService } from "#src/slack/listeners/actions/start-service";
import { finishStep, showWeekly, startStep } from "#src/slack/listeners/actions/weekly";

/** Every button and select of the app. The type makes it complete. */
export const ACTION_HANDLERS: Readonly<Record<ActionId, ActionHandler>> = {
  [ACTIONS.cutOver]: cutOver,
  [ACTIONS.cancel]: cancel,
  [ACTIONS.rerunFailed]: rerunFailed,
  [ACTIONS.stopEvaluation]: stopEvaluation,
  [ACTIONS.details]: details,
  [ACTIONS.detailsPrevious]: turnPage,
  [ACTIONS.detailsNext]: turnPage,
  [ACTIONS.rerun]: rerun,
  [ACTIONS.waive]: waive,
  [ACTIONS.sign]: sign,
  [ACTIONS.withdraw]: withdraw,
  [ACTIONS.object]: object,
  [ACTIONS.liftObjection]: liftObjection,
  [ACTIONS.breakGlass]: breakGlass,
  [ACTIONS.startService]: startService,
  [ACTIONS.rollbackChoose]: chooseRollback,
  [ACTIONS.rollbackConfirm]: confirmRollback,
  [ACTIONS.rollbackBreakGlass]: breakGlassOfRollback,
  [ACTIONS.rollbackWithdraw]: withdrawRollback,
  [ACTIONS.canaryPause]: pauseCanary,
  [ACTIONS.canaryResume]: resumeCanary,
  [ACTIONS.canaryExtend]: extendCanary,
  [ACTIONS.canaryPromote]: promoteCandidate,
  [ACTIONS.canaryAbort]: abortCanary,
  [ACTIONS.canaryHold]: holdRollback,
  [ACTIONS.canaryAcknowledge]: acknowledgeBreach,
  [ACTIONS.canaryMute]: muteBreach,
  [ACTIONS.canaryEscalate]: escalateBreach,
  [ACTIONS.canaryWhy]: whyBreach,
  [ACTIONS.sopStart]: startStep,
  [ACTIONS.sopDone]: finishStep,
  [ACTIONS.weeklyDetails]: showWeekly,
  [ACTIONS.proposalAccept]: acceptProposal,
  [ACTIONS.proposalDecline]: declineProposal,
};
