import { barsOf } from "#src/operations/slo/bars";
import { HOUR_MS, users } from "#src/operations/slo/burn";
import { RATIO_SLOS } from "#src/operations/slo/count-events";
import type { SloInputs } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";
import { readDevSet, readHardTimeouts, readSample, readZero, wholeShare } from "#src/operations/slo/read-others";
import { readRatio } from "#src/operations/slo/read-ratio";
import { SLOS, type SloReading } from "#src/operations/slo/slo";
import type { Instant } from "#src/release/policy";

const DAY_MS = 24 * HOUR_MS;

/** When the window that ends now began, and the one before it; on whole hours. */
export function windowAt(now: Instant, days: number): { readonly from: Instant; readonly before: Instant } {
  const from = Math.ceil((now - days * DAY_MS) / HOUR_MS) * HOUR_MS;
  return { from, before: from - days * DAY_MS };
}

/** Every SLO that applies, in the order of `SLOS`. */
export function readSloInputs(policy: SloPolicy, inputs: SloInputs, now: Instant): readonly SloReading[] {
  const { from, before } = windowAt(now, policy.windowDays);
  const recent = inputs.hours.filter((each) => each.from >= from);
  const earlier = inputs.hours.filter((each) => each.from >= before && each.from < from);
  const bars = barsOf(policy, users(recent), users(earlier));
  const { objectives } = policy;
  const readings: readonly SloReading[] = [
    readSample("oracle_prefilter", inputs.questions, objectives.oraclePrefilterMin, recent),
    readSample("reader_used_gold", inputs.questions, objectives.readerUsedGoldMin, recent),
    readDevSet(inputs.devSet),
    readHardTimeouts(recent, inputs.evaluations),
    ...RATIO_SLOS.map((slo) => readRatio(slo, { policy, inputs, recent, bars, now })),
    readZero("prompt_audit", inputs.promptAudit, wholeShare(inputs.promptAudit)),
    readZero("few_shot_leakage", inputs.fewShotLeakage, count(inputs.fewShotLeakage)),
    readZero("audit_trail", inputs.auditTrail, {
      value: { pass: "complete", fail: "broken", inconclusive: null }[inputs.auditTrail.verdict],
      bar: "complete",
    }),
  ];
  return SLOS.flatMap((id) => readings.filter((each) => each.id === id && policy.notApplicable[id] === undefined));
}

const count = ({ verdict, bad }: SloInputs["fewShotLeakage"]) => ({
  value: verdict === "inconclusive" ? null : String(bad),
  bar: "0",
});
