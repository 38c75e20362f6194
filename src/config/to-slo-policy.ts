import type { ServiceConfig } from "#src/config/service-config";
import type { BurnRule, SloPolicy } from "#src/operations/slo/policy";

/** p95 per text that the checklist asks of an embedder, by where it runs. */
const EMBEDDING_MS = { accelerator: 35, cpu: 65 } as const;

/** What a service's SLOs are held to, as golive.yaml says now. */
export function toSloPolicy({ slos }: Pick<ServiceConfig, "slos">): SloPolicy {
  const { objectives, alerts, embedder } = slos;
  const rules = (severity: BurnRule["severity"]) =>
    alerts[severity].map(({ rate, hours, short_min }) => ({
      severity,
      rate,
      longHours: hours,
      shortHours: short_min / 60,
    }));
  return {
    windowDays: slos.window_days,
    arms: slos.arms,
    lockWhenSpent: slos.lock_when_spent,
    objectives: {
      oraclePrefilterMin: objectives.oracle_prefilter_min,
      readerUsedGoldMin: objectives.reader_used_gold_min,
      answeredMin: objectives.answered_min,
      toolRetriesMax: objectives.tool_retries_max,
      degradationMin: objectives.degradation_min,
      degradationSlower: objectives.degradation_slower,
      p95RatioMax: objectives.p95_ratio_max,
      p95BaselineS: objectives.p95_baseline_s ?? null,
      embeddingMs: objectives.embedding_ms ?? EMBEDDING_MS[embedder],
      embedder,
      throughputPoints: objectives.throughput_points,
      throughputBaseline: objectives.throughput_baseline ?? null,
    },
    alerts: { rules: [...rules("page"), ...rules("ticket")], pages: alerts.pages_for, minBad: alerts.min_bad },
    notApplicable: slos.not_applicable,
  };
}
