import type { CanaryUseCases } from "#src/canary/use-cases/canaries";

/** Until canaries are composed: there is none. */
export const NO_CANARIES: CanaryUseCases = {
  canary: async () => null,
  currentCanary: async () => null,
  act: async () => ({ ok: false, refusal: { kind: "no-canary", service: "this service" } }),
};
