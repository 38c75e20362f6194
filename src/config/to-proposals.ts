import type { ServiceConfig } from "#src/config/service-config";
import type { RoleId } from "#src/release/people";

const DAY_MS = 86_400_000;

/** Who has to accept a proposal for this service, each role once, and how long it waits for them. */
export function toProposals({ proposals, rights }: Pick<ServiceConfig, "proposals" | "rights">): {
  readonly approvers: readonly RoleId[];
  readonly expireMs: number;
} {
  return {
    approvers: [...new Set(proposals.approvers ?? rights.waive)],
    expireMs: proposals.expire_days * DAY_MS,
  };
}
