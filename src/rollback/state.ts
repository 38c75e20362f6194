import type { Pair } from "#src/release/events";
import type { Person, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";
import type {
  Confirmation,
  RollbackOutcome,
  RollbackPlan,
  RollbackTarget,
  RollbackTrigger,
  StepId,
  StepOutcome,
  StepResult,
} from "#src/rollback/events";

export type StepState = {
  readonly status: "pending" | "running" | StepOutcome;
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly result: StepResult | null;
};

export type RollbackState = {
  readonly id: string;
  readonly number: number;
  readonly service: string;
  readonly channel: string;
  readonly requester: Person;
  readonly requestedAt: Instant;
  readonly target: RollbackTarget;
  readonly plan: RollbackPlan;
  readonly reason: string;
  readonly undoes: { readonly release: string; readonly manifest: string | null } | null;
  readonly asOf: { readonly live: Pair | null; readonly release: string | null; readonly cuttingOver: boolean };
  readonly policy: Policy;
  readonly members: RoleMembers;
  /** Left out where somebody asked for it. */
  readonly trigger?: RollbackTrigger;
  /** `waiting`: somebody with the right has to confirm. */
  readonly standing: "waiting" | "running" | RollbackOutcome;
  readonly glass: readonly Person[];
  readonly confirmed: {
    readonly how: Confirmation;
    readonly people: readonly Person[];
    readonly reason: string | null;
    readonly at: Instant;
  } | null;
  readonly flip: {
    readonly id: string;
    readonly from: Pair | null;
    readonly to: Pair | null;
    readonly outcome: "flipped" | "refused" | "cancelled" | null;
    readonly settledAt: Instant | null;
  } | null;
  /** Only the steps that this rollback has, in their order. */
  readonly steps: readonly (StepState & { readonly id: StepId })[];
  readonly ended: { readonly at: Instant; readonly live: Pair | null; readonly says: string } | null;
  readonly version: number;
};

/** The steps a plan asks for, in their order: damaged chunks are brought back before anybody is pointed at them. */
export function stepsOf(plan: RollbackPlan): readonly StepId[] {
  const before: readonly StepId[] = plan.data === "damaged" ? ["hold", "restore", "flip"] : ["hold", "flip"];
  if (plan.to === null) return [...before, "caches", "incident"];
  const after: readonly StepId[] = ["answering", "caches", ...(plan.data === "unchecked" ? (["data"] as const) : [])];
  return [...before, ...after, "smoke", "proof", "incident"];
}

/** The first step that is neither done, failed nor skipped; null: none is left. */
export const nextStep = ({ steps }: RollbackState): StepId | null =>
  steps.find(({ status }) => status === "pending" || status === "running")?.id ?? null;
