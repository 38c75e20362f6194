import type { ServiceConfig } from "#src/config/service-config";
import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";

/**
 * The thresholds of a gate for one service. A gate that the service declares not to apply has that declaration instead: it
 * enters manifest and evidence, so that it is signed with everything else.
 */
export function thresholdsOf(gate: Gate, service: ServiceConfig): ReturnType<Gate["thresholds"]> {
  const declared = service.applies[gate.id];
  return declared === undefined ? gate.thresholds(service) : { applies: false, reason: declared.reason };
}

/**
 * What a gate that doesn't apply finds: the declaration, or what in the data contradicts it. Null for a gate that applies.
 */
export async function findNotApplicable(
  gate: Gate,
  subject: GateSubject,
  signal: AbortSignal,
): Promise<GateFinding | null> {
  const declared = subject.service.applies[gate.id];
  if (declared === undefined) return null;
  const against = (await gate.contradicts?.(subject, signal)) ?? null;
  const base = {
    bar: "does not apply",
    numbers: { applies: false, reason: declared.reason },
    how: `applies.${gate.id} in golive.yaml, held against the candidate's data`,
    inputs: digestOf({ reason: declared.reason }),
  };
  if (against === null) {
    return {
      ...base,
      verdict: "pass",
      summary: `Does not apply to this service: ${declared.reason}`,
      value: "not applicable",
      next: "",
      findings: [],
    };
  }
  return {
    ...base,
    verdict: "fail",
    summary: `golive.yaml says that this does not apply (${declared.reason}), but ${against}.`,
    value: "contradicted",
    next: `Take \`${gate.id}\` out of \`applies\` in golive.yaml, or correct the data; then rerun this check.`,
    findings: [`applies:${against}`],
  };
}
