import type { Arm } from "#src/canary/observation";

const PROBE = "probe/";

/** The trace under which a probe's answer is stored: the same question of the same canary and arm is the same one, and counts once. */
export const probeTrace = (canary: string, question: string, arm: Arm): string =>
  `${PROBE}${canary}/${question}/${arm}`;

export const isProbeTrace = (traceId: string): boolean => traceId.startsWith(PROBE);
