/** Every action id of the app. A listener exists for each, and for nothing else. */
export const ACTIONS = {
  cutOver: "release.cut-over",
  cancel: "release.cancel",
  rerunFailed: "release.rerun-failed",
  stopEvaluation: "release.stop-evaluation",
  details: "release.details",
  detailsPrevious: "details.previous",
  detailsNext: "details.next",
  rerun: "check.rerun",
  waive: "check.waive",
  sign: "sign-off.sign",
  withdraw: "sign-off.withdraw",
  object: "sign-off.object",
  liftObjection: "sign-off.lift-objection",
  breakGlass: "sign-off.break-glass",
  startService: "start.service",
  rollbackChoose: "rollback.choose",
  rollbackConfirm: "rollback.confirm",
  rollbackBreakGlass: "rollback.break-glass",
  rollbackWithdraw: "rollback.withdraw",
  canaryPause: "canary.pause",
  canaryResume: "canary.resume",
  canaryExtend: "canary.extend",
  canaryPromote: "canary.promote",
  canaryAbort: "canary.abort",
  canaryHold: "canary.hold",
  canaryAcknowledge: "canary.acknowledge",
  canaryMute: "canary.mute",
  canaryEscalate: "canary.escalate",
  canaryWhy: "canary.why",
  sopStart: "sop.start-step",
  sopDone: "sop.done-step",
  weeklyDetails: "weekly.details",
  proposalAccept: "proposal.accept",
  proposalDecline: "proposal.decline",
} as const;
export type ActionId = (typeof ACTIONS)[keyof typeof ACTIONS];

/** Action ids of inputs: read from `view.state.values` on submission, never dispatched. */
export const INPUTS = {
  reason: "input.reason",
  rootCause: "input.root-cause",
  hours: "input.hours",
  run: "input.run",
  config: "input.config",
  serviceName: "input.service-name",
} as const;

/** `callback_id` of every modal. */
export const CALLBACKS = {
  start: "start",
  details: "details",
  object: "object",
  breakGlass: "break-glass",
  waive: "waive",
  cancel: "cancel",
  unlock: "unlock",
  rollbackChoices: "rollback-choices",
  rollbackPlan: "rollback-plan",
  rollbackBreakGlass: "rollback-break-glass",
  rollbackWithdraw: "rollback-withdraw",
  canaryDecide: "canary-decide",
  sopDone: "sop-step-done",
  proposalDecline: "proposal-decline",
  notice: "notice",
} as const;

/** Block ids that a listener reads or writes an error to. */
export const INPUT_BLOCKS = {
  reason: "reason",
  rootCause: "root-cause",
  hours: "hours",
  service: "service",
  run: "run",
  config: "config",
  serviceName: "service-name",
} as const;

/** Prefixes of block ids; what follows is the id of the section, sign-off or check. */
export const BLOCK_PREFIXES = {
  section: "section:",
  signOff: "sign-off:",
  signOffButtons: "sign-off-buttons:",
  check: "check:",
  release: "release:",
  page: "page:",
  rollback: "rollback:",
  canary: "canary:",
  operation: "operation:",
  proposal: "proposal:",
} as const;
export type BlockPrefix = (typeof BLOCK_PREFIXES)[keyof typeof BLOCK_PREFIXES];

/** `event_type` of a release message's metadata: an ambiguous post is found again by it. */
export const RELEASE_METADATA = "golive_release";

/** The same of a rollback's message. */
export const ROLLBACK_METADATA = "golive_rollback";

/** The same of a proposal's message. */
export const PROPOSAL_METADATA = "golive_proposal";

/** The same of a canary's message, and of a breach's. */
export const CANARY_METADATA = "golive_canary";

/** The same of what runs by the clock: a week's message, a run's own, a proposal's. */
export const OPERATION_METADATA = "golive_operation";

/** The same of an SLO's alert. */
export const SLO_METADATA = "golive_slo";

/** Whose message a subject is: rollbacks' ids begin with this, releases' don't. */
export const isRollbackId = (subject: string): boolean => subject.startsWith("rb_");

/** The same of canaries, and of the breaches of one. */
export const isCanarySubject = (subject: string): boolean => subject.startsWith("cn_");

/** The same of what runs by the clock: runs (op_), proposals (pp_) and weeks (wk_). */
export const isOperationSubject = (subject: string): boolean => /^(op|pp|wk)_/.test(subject);

/** The same of SLOs' alerts. */
export const isSloSubject = (subject: string): boolean => subject.startsWith("sb_");

/** A block id that is unique among its siblings and stays under Slack's limit, whatever `id` holds. */
export function blockId(prefix: BlockPrefix, id: string, index: number): string {
  return id.length <= 80 && id.isWellFormed() ? `${prefix}${id}` : `${prefix}~${index}`;
}
